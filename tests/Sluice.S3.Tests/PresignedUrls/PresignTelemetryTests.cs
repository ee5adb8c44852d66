using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Core.KeyValue;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3.Tests.PresignedUrls;

public class PresignTelemetryTests
{
    private const string Long = "customers/jane.doe@example.com/invoices/2026/january/film-of-the-wedding.mp4";

    private sealed class EventLogger : ILogger
    {
        public ConcurrentQueue<(string Name, LogLevel Level, string Line)> Events { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Events.Enqueue((eventId.Name ?? "", logLevel, formatter(state, exception)));
    }

    [Fact]
    public async Task Events_HaveTheDocumentedNamesAndShortPathsAndNoSignature() // MTR-23…27, MTR-29
    {
        var log = new EventLogger();
        await using var bed = new PresignBed(new() { Stable = false }, new InProcessKeyValueStores(TimeProvider.System).Open("x"), log: log);
        var url = await bed.UrlAsync(Long);
        await bed.UrlAsync(Long);
        bed.Manual.Advance(TimeSpan.FromSeconds(3000));
        await bed.UrlAsync(Long);
        await bed.IdleAsync();
        Assert.Superset(new HashSet<string> { "presigned_url_cache_miss", "presigned_url_cache_hit", "presigned_url_refresh_needed", "presigned_url_cache_duration" }, log.Events.Select(e => e.Name).ToHashSet());
        Assert.Contains(log.Events, e => e.Line == "presigned_url_cache_hit path=customers/jane.doe@e…-of-the-wedding.mp4");
        Assert.Contains(log.Events, e => e.Line == "presigned_url_cache_duration duration_ms=0 operation=get");
        var secret = PresignBed.Parameter(url, "X-Amz-Signature");
        Assert.All(log.Events, e => Assert.False(e.Line.Contains(secret, StringComparison.Ordinal) || e.Line.Contains("invoices", StringComparison.Ordinal), e.Line));
    }

    [Theory]
    [InlineData("short.mp4", "short.mp4")]
    [InlineData("with\r\nbreak and space", "with__break_and_space")]
    [InlineData("0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789")]
    [InlineData("01234567890123456789X1234567890123456789Y", "01234567890123456789…234567890123456789Y")]
    public void Truncate_AnyPath_IsAtMostFortyCharactersOnOneLine(string path, string shown) => Assert.Equal(shown, PresignEvents.Truncate(path));

    [Fact]
    public async Task Metrics_OfEverythingThatHappens_AreCountedByOrigin() // MTR-01…22, MTR-28, MTR-36, PRE-13
    {
        var origin = $"metrics-{Guid.NewGuid():N}";
        var values = new ConcurrentDictionary<string, double>();
        var timings = new ConcurrentDictionary<string, int>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "Sluice.S3.PresignedUrls") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => { if (Of(tags)) values[Name(instrument, tags)] = value; });
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => { if (Of(tags)) timings.AddOrUpdate(Name(instrument, tags), 1, (_, n) => n + 1); });
        listener.Start();
        var store = new UnreliableStore(new InProcessKeyValueStores(TimeProvider.System).Open("x"));
        await using var bed = new PresignBed(new() { Stable = false, StorageType = origin }, store);
        for (var i = 0; i < 40; i++) await bed.UrlAsync("a");
        bed.Manual.Advance(TimeSpan.FromSeconds(3000));
        await bed.UrlAsync("a");
        await bed.IdleAsync();
        store.Failure = new IOException("database is locked");
        await bed.UrlAsync("b");
        await bed.IdleAsync();
        listener.RecordObservableInstruments();

        Assert.Equal((40, 2, 1, 3), (values["sluice.presign.hits"], values["sluice.presign.misses"], values["sluice.presign.refreshes"], values["sluice.presign.signatures"]));
        Assert.Equal((1, 1, 2, 2), (values["sluice.presign.fallbacks"], values["sluice.presign.store.errors busy"], values["sluice.presign.store.operations get"], values["sluice.presign.store.operations set"]));
        Assert.Equal((2, 1), (values["sluice.presign.entries"], values["sluice.presign.store.entries"]));
        Assert.True(values["sluice.presign.size"] > 0 && values["sluice.presign.store.size"] > 500 && values["sluice.presign.store.limit"] > 0);
        Assert.Equal((3, 2), (timings["sluice.presign.generation"], timings["sluice.presign.duration miss"]));
        Assert.True(timings["sluice.presign.duration hit"] >= 1);
        var counts = bed.Counts;
        Assert.Equal((100.0 * 40 / 42, 100.0 / 40, 0.0, 75.0), (counts.HitRate, counts.RefreshRate, counts.ErrorRate, counts.StoreSuccessRate));

        bool Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => tags.Length > 0 && tags[0].Value as string == origin;
        static string Name(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => tags.Length < 2 ? instrument.Name : $"{instrument.Name} {tags[1].Value}";
    }

    [Fact]
    public async Task AddSluiceS3_InAContainer_GivesUrlsAndKeepsThemInTheStoresThere()
    {
        var services = new ServiceCollection();
        services.AddSingleton<KeyValueStores>(new InProcessKeyValueStores(TimeProvider.System));
        services.AddSluiceS3(PresignBed.Bucket with { Anonymous = true }, new PresignedUrlsOptions { Expires = TimeSpan.FromMinutes(15) });
        await using var provider = services.BuildServiceProvider();
        var urls = provider.GetRequiredService<IPresignedUrls>();
        Assert.Same(urls, provider.GetRequiredService<IPresignedUrls>());
        await Assert.ThrowsAsync<PresignedUrlException>(async () => await urls.GetAsync("a", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AddSluiceS3_WrongOptions_ListsEverythingAtOnce()
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSluiceS3(new() { Bucket = "" }, new() { Expires = TimeSpan.FromDays(8), Share = 2, CacheBufferFactor = 0, RefreshThreshold = 1, MaximumEntries = 0 }));
        foreach (var part in new[] { "no bucket", "7 days", "Share", "CacheBufferFactor", "RefreshThreshold", "MaximumEntries" }) Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }
}
