using System.Text;
using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Row S3D-33: compression at rest, only where it pays.</summary>
public sealed class DownloadPackingTests : IAsyncDisposable
{
    private const string Url = "s3://media/captions.vtt";
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"00:{i % 60:00}:00.000 --> 00:{i % 60:00}:02.000\nline {i}\n\n")));
    private static readonly int Parts = (Text.Length + 65535) / 65536;
    private readonly DownloadBed bed = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<S3DownloadCache> PackedAsync(Func<S3DownloadCacheOptions, S3DownloadCacheOptions>? change = null)
    {
        bed.Server.On("/media/captions.vtt", OriginReply.Object(1, 0) with { Body = OriginBody.Of(Text) });
        bed.Put("video.mp4", 2, 100_000);
        var cache = bed.Open(o => (change?.Invoke(o) ?? o) with { Compress = true });
        await cache.GetAsync(Url, cancellation: Stop);
        await cache.GetAsync("s3://media/video.mp4", cancellation: Stop);
        bed.Clock.Advance(TimeSpan.FromMinutes(13));
        cache.Clean();
        return cache;
    }

    [Fact]
    public async Task Clean_IdleFiles_PacksTextAndLeavesVideo()
    {
        var cache = await PackedAsync();
        var entries = cache.Entries().ToDictionary(entry => entry.S3Url);
        Assert.Equal(Text.Length, entries[Url].Length);
        Assert.InRange(entries[Url].Size, 1, Text.Length / 5);
        Assert.Equal(100_000, entries["s3://media/video.mp4"].Size);
        Assert.Equal(entries.Values.Sum(entry => entry.Size), cache.GetStatistics().TotalSize);
        Assert.Equal(entries.Values.Sum(entry => entry.Size), bed.Files().Where(file => !file.StartsWith("owners", StringComparison.Ordinal)).Sum(file => new FileInfo(Path.Combine(bed.Root, file)).Length));
        Assert.Empty(await cache.VerifyAsync(Stop));
    }

    [Fact]
    public async Task Get_PackedFile_IsUnpackedInItsPlaceAndNotFetched()
    {
        var cache = await PackedAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cache.FetchAsync(Url, new S3DownloadOptions { ValidateETag = false }, Stop)));
        Assert.All(results, result => Assert.Equal((S3DownloadOutcome.Hit, Path.Combine(bed.Root, DownloadKey.RelativePath(DownloadKey.Of(Url, null)))), (result.Outcome, result.Path)));
        Assert.Equal(Text, await File.ReadAllBytesAsync(results[0].Path, Stop));
        Assert.Equal(Parts, bed.Server.CallsOf("/media/captions.vtt").Count);
        Assert.Equal(Text.Length, cache.Entries()[0].Size);
        await using var stream = await cache.OpenReadAsync(Url, cancellation: Stop);
        Assert.Equal(Text.Length, stream.Length);
    }

    [Fact]
    public async Task Get_PackedFileWithoutRoomToUnpack_ArrivesElsewhere()
    {
        var cache = await PackedAsync(o => o with { MaximumBytes = Text.Length + 100_000 });
        await cache.GetAsync("s3://media/video.mp4", cancellation: Stop);
        var held = bed.Put("more.mp4", 3, 100_000);
        await cache.GetAsync("s3://media/more.mp4", cancellation: Stop);
        var result = await cache.FetchAsync(Url, cancellation: Stop);
        Assert.False(result.Path.StartsWith(bed.Root, StringComparison.Ordinal));
        Assert.Equal(Text, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Equal(Parts, bed.Server.CallsOf("/media/captions.vtt").Count(call => call.Method == "GET"));
        File.Delete(result.Path);
        Assert.NotEmpty(held);
    }

    [Fact]
    public async Task Get_PackedFileThatAnotherProcessStoppedOver_ArrivesElsewhereAndSaysWhy()
    {
        var cache = await PackedAsync();
        using var stopped = bed.Store();
        Assert.True(stopped.TryBegin(DownloadKey.Of(Url, null)));
        var fetch = cache.FetchAsync(Url, new S3DownloadOptions { ValidateETag = false }, Stop);
        // Only so far: the clock is the request's to the bucket, too, which fails where nothing comes for a minute.
        Assert.True(await Eventually.HoldsAsync(
            () =>
            {
                bed.Clock.Advance(TimeSpan.FromSeconds(5));
                return bed.Log.Warnings.Length > 0;
            }, TimeSpan.FromSeconds(60)));
        var result = await fetch;
        Assert.False(result.Path.StartsWith(bed.Root, StringComparison.Ordinal));
        Assert.Equal(Text, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Contains("stood still", Assert.Single(bed.Log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Get_PackedFileDamaged_IsFetchedAnew(bool otherwise)
    {
        var cache = await PackedAsync();
        var path = Path.Combine(bed.Root, DownloadKey.RelativePath(DownloadKey.Of(Url, null)));
        var (written, packed) = (File.GetLastWriteTimeUtc(path), await File.ReadAllBytesAsync(path, Stop));
        for (var i = packed.Length / 2; i < packed.Length; i++) packed[i] = 0xA5;
        await File.WriteAllBytesAsync(path, packed, Stop);
        if (!otherwise) File.SetLastWriteTimeUtc(path, written);
        var result = await cache.FetchAsync(Url, cancellation: Stop);
        Assert.Equal(S3DownloadOutcome.Miss, result.Outcome);
        Assert.Equal(Text, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Single(bed.Log.Warnings);
    }

    [Fact]
    public async Task Clean_InSeveralProcessesAtOnce_PacksEachFileOnce()
    {
        var urls = Enumerable.Range(0, 16).Select(i => $"s3://media/{i}.vtt").ToArray();
        foreach (var url in urls) bed.Server.On(url[4..], OriginReply.Object(1, 0) with { Body = OriginBody.Of(Text) });
        var caches = Enumerable.Range(0, 4).Select(_ => bed.Open(o => o with { Compress = true })).ToArray();
        foreach (var url in urls) await caches[0].GetAsync(url, cancellation: Stop);
        bed.Clock.Advance(TimeSpan.FromMinutes(13));
        await Task.WhenAll(caches.Select(cache => Task.Run(cache.Clean, Stop)));
        Assert.All(caches[0].Entries(), entry => Assert.InRange(entry.Size, 1, Text.Length / 5));
        Assert.Empty(await caches[0].VerifyAsync(Stop));
        foreach (var url in urls) Assert.Equal(Text, await File.ReadAllBytesAsync((await caches[1].FetchAsync(url, new S3DownloadOptions { ValidateETag = false }, Stop)).Path, Stop));
    }

    [Fact]
    public async Task Clean_FileCutShort_IsDroppedAndTheOthersArePacked()
    {
        bed.Server.On("/media/other.vtt", OriginReply.Object(1, 0) with { Body = OriginBody.Of(Text) });
        var cache = bed.Open(o => o with { Compress = true });
        var cut = await cache.GetAsync(Url.Replace("captions", "other", StringComparison.Ordinal), cancellation: Stop);
        using (var file = File.OpenWrite(cut)) file.SetLength(1000);
        cache = await PackedAsync();
        Assert.Equal(2, cache.Entries().Count);
        Assert.InRange(cache.Entries().Single(entry => entry.S3Url == Url).Size, 1, Text.Length / 5);
        Assert.Single(bed.Log.Warnings);
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();
}
