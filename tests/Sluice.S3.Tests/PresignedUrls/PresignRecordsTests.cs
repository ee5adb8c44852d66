using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Core.Telemetry;
using Sluice.S3.PresignedUrls;
using Sluice.S3.Tests.Objects;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>Rows MTR-26, MTR-27, MTR-30 to MTR-34: records of each request, and what the log and the statistics say.</summary>
public sealed class PresignRecordsTests : IMetricSink
{
    private const string Long = "customers/jane.doe@example.com/invoices/2026/january/film-of-the-wedding.mp4";
    private readonly ManualTimeProvider clock = new();
    private readonly ConcurrentQueue<MetricRecord> sent = new();

    public string Name => "test";

    public ValueTask SendAsync(IReadOnlyList<MetricRecord> batch, CancellationToken cancellation)
    {
        foreach (var record in batch) sent.Enqueue(record);
        return default;
    }

    [Fact]
    public async Task Records_OfWhatHappens_HaveTheNamesAndTagsOfTheEvents()
    {
        var store = new UnreliableStore(new InProcessKeyValueStores(clock).Open("x"));
        await using (var records = new MetricRecords(this, clock, NullLogger.Instance))
        {
            await using var bed = new PresignBed(new() { Stable = false, Records = records }, store, clock);
            await bed.UrlAsync(Long);
            await bed.UrlAsync(Long);
            clock.Advance(TimeSpan.FromSeconds(3000));
            await bed.UrlAsync(Long);
            await bed.IdleAsync();
            store.Failure = new IOException("The disk\nis on fire");
            await bed.UrlAsync("b");
        }
        const string path = "path=customers/jane.doe@e…-of-the-wedding.mp4";
        const string duration = "presigned_url_cache_duration value=1 duration_ms=0 operation=get";
        Assert.Equal(
            [
                $"presigned_url_cache_miss value=1 {path}", duration, $"presigned_url_cache_hit value=1 {path}", duration,
                $"presigned_url_refresh_needed value=1 {path}", $"presigned_url_cache_hit value=1 {path}", duration,
                "presigned_url_cache_error value=1 path=b category=store error=IOException:_The_disk_is_on_fire", "presigned_url_cache_miss value=1 path=b", duration,
            ],
            sent.Select(record => record.ToString()["metric name=".Length..].Split(" timestamp=")[0]));
    }

    [Fact]
    public async Task Duration_WhateverTheOutcome_IsToldOnceForEachRequest() // MTR-27
    {
        await using (var records = new MetricRecords(this, clock, NullLogger.Instance))
        {
            await using var none = new PresignBed(new() { Records = records }, time: clock, credentials: new FixedCredentials());
            await Assert.ThrowsAsync<PresignedUrlException>(() => none.UrlAsync("a"));
            await using var direct = new PresignBed(new() { Records = records, Share = 0 }, time: clock);
            await direct.UrlAsync("a");
            await using var bed = new PresignBed(new() { Records = records }, time: clock);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => bed.UrlAsync("a"))));
        }
        Assert.Equal(22, sent.Count(record => record.Name == "presigned_url_cache_duration"));
        Assert.Equal((1, 19), (sent.Count(record => record.Name == "presigned_url_cache_miss"), sent.Count(record => record.Name == "presigned_url_cache_hit")));
    }

    [Fact]
    public async Task Log_OfAFailingStore_HasPathCategoryAndMessageOnOneLine() // MTR-26, MTR-34
    {
        var log = new RecordingLogger();
        var store = new UnreliableStore(new InProcessKeyValueStores(clock).Open("x")) { Failure = new IOException("The disk\nis on fire") };
        await using var bed = new PresignBed(store: store, time: clock, log: log);
        await bed.UrlAsync("a");
        Assert.Contains("presigned_url_cache_error path=a category=store error=IOException: The disk is on fire; the URL is signed without the store", log.Lines);
    }

    [Fact]
    public async Task Log_OfAFailedRefresh_HasItsCategory() // MTR-34
    {
        var log = new RecordingLogger();
        var chain = new FixedCredentials(PresignBed.Key with { SessionToken = "t", Expires = clock.GetUtcNow().AddMinutes(30) });
        await using var bed = new PresignBed(new() { Stable = false }, time: clock, credentials: chain, log: log);
        await bed.UrlAsync("a");
        chain.RunOut();
        clock.Advance(TimeSpan.FromMinutes(26));
        await bed.UrlAsync("a");
        await bed.IdleAsync();
        Assert.Contains(log.Lines, line => line.StartsWith("presigned_url_refresh_failed path=a category=credentials error=There are no credentials", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddSluiceS3_RecordsInTheContainer_AreUsed() // MTR-32
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(new MetricRecords(this, clock, NullLogger.Instance));
        services.AddSluiceS3(PresignBed.Bucket with { Anonymous = true });
        await using (var provider = services.BuildServiceProvider())
        {
            await Assert.ThrowsAsync<PresignedUrlException>(async () => await provider.GetRequiredService<IPresignedUrls>().GetAsync("a", null, TestContext.Current.CancellationToken));
            await provider.GetRequiredService<MetricRecords>().FlushAsync();
        }
        Assert.Equal("presigned_url_cache_duration", Assert.Single(sent).Name);
    }

    [Fact]
    public void Times_AverageAndPercentiles_AreRightToASixteenth() // MTR-01, MTR-07
    {
        var times = new PresignTimes();
        Assert.Null(times.Read());
        for (var i = 1; i <= 1000; i++) times.Add(TimeSpan.FromMilliseconds(i));
        var read = times.Read()!;
        Assert.Equal((1000, 500.5), (read.Count, read.AverageMs));
        Assert.InRange(read.P95Ms, 950 * 15 / 16.0, 950 * 17 / 16.0);
        Assert.InRange(read.P99Ms, 990 * 15 / 16.0, 990 * 17 / 16.0);
        times.Add(TimeSpan.FromDays(300));
        times.Add(TimeSpan.FromTicks(-5));
        Assert.Equal(1002, times.Read()!.Count);
    }

    [Fact]
    public void Times_WeightedSample_StandsForAllOfThem()
    {
        var times = new PresignTimes();
        times.Add(TimeSpan.FromMilliseconds(1), 16);
        times.Add(TimeSpan.FromMilliseconds(18));
        Assert.Equal((17, 2.0), (times.Read()!.Count, times.Read()!.AverageMs));
        Assert.InRange(times.Read()!.P95Ms, 16, 19);
    }

    [Fact]
    public async Task Statistics_HaveGenerationAndDuration()
    {
        await using var bed = new PresignBed(time: clock);
        Assert.Null(bed.Counts.Generation);
        for (var i = 0; i < 100; i++) await bed.UrlAsync("a");
        Assert.Equal(1, bed.Counts.Generation!.Count);
        Assert.True(bed.Counts.Duration!.Count > 16);
    }
}
