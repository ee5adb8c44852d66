using Sluice.Core.KeyValue;
using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Row S3D-34: what one machine fetched another need not. Two folders are two machines; that the store is a Redis is tested in Sluice.Integration.Tests.</summary>
public sealed class DownloadSharingTests : IAsyncDisposable
{
    private const string Url = "s3://media/clip.mp4";
    private const int Length = 2_000_000;
    private readonly DownloadBed bed = new();
    private readonly InProcessKeyValueStores stores;
    private readonly byte[] bytes;

    public DownloadSharingTests()
    {
        stores = new(bed.Clock);
        bytes = bed.Put("clip.mp4", 1, Length);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IKeyValueStore Between => stores.Open("downloads");

    private S3DownloadCache Machine(string name, Func<S3DownloadCacheOptions, S3DownloadCacheOptions>? change = null, IKeyValueStore? between = null) =>
        bed.Open(o => (change?.Invoke(o) ?? o) with { Directory = Path.Combine(bed.Root, name) }, between ?? Between);

    private async Task FetchAndShareAsync()
    {
        await using var first = Machine("first");
        Assert.Equal(S3DownloadOutcome.Miss, (await first.FetchAsync(Url, cancellation: Stop)).Outcome);
    }

    [Fact]
    public async Task Fetch_FetchedByAnotherMachine_CostsOneHead()
    {
        await FetchAndShareAsync();
        var before = bed.Server.Calls.Count;
        var second = Machine("second");
        var result = await second.FetchAsync(Url, cancellation: Stop);
        Assert.Equal((S3DownloadOutcome.Shared, 0, Length), (result.Outcome, result.FetchedBytes, result.Size));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Equal(["HEAD"], bed.Server.Calls.Skip(before).Select(call => call.Method));
        Assert.Equal(S3DownloadOutcome.Revalidated, (await second.FetchAsync(Url, cancellation: Stop)).Outcome);
        Assert.Empty(await second.VerifyAsync(Stop));
        Assert.Empty(bed.Log.Warnings);
    }

    [Fact]
    public async Task Fetch_ReplacedSince_ComesFromTheBucket()
    {
        await FetchAndShareAsync();
        var fresh = bed.Put("clip.mp4", 2, Length);
        var result = await Machine("second").FetchAsync(Url, cancellation: Stop);
        Assert.Equal(S3DownloadOutcome.Miss, result.Outcome);
        Assert.Equal(fresh, await File.ReadAllBytesAsync(result.Path, Stop));
    }

    [Fact]
    public async Task Fetch_WhoMayNotRead_GetsNothing()
    {
        await FetchAndShareAsync();
        bed.Server.On("/media/clip.mp4", new OriginReply { Status = 403 });
        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => Machine("second").FetchAsync(Url, new S3DownloadOptions { ValidateETag = false }, Stop));
        Assert.Equal(S3DownloadFailure.Denied, failure.Failure);
    }

    [Theory]
    [InlineData(".1", "lost")]
    [InlineData(".1", "changed")]
    [InlineData(".3", "short")]
    public async Task Fetch_PieceLostOrDamaged_ComesFromTheBucketWhole(string piece, string how)
    {
        await FetchAndShareAsync();
        var key = await Between.ScanAsync("", Stop).FirstAsync(key => key.EndsWith(piece, StringComparison.Ordinal), Stop);
        var value = (await Between.GetAsync(key, Stop))!.Value.ToArray();
        value[^1] ^= 1;
        if (how == "lost") await Between.DeleteAsync(key, Stop);
        else await Between.SetAsync(key, how == "short" ? value[..^1] : value, default, Stop);
        var result = await Machine("second").FetchAsync(Url, cancellation: Stop);
        Assert.Equal((S3DownloadOutcome.Miss, Length), (result.Outcome, result.FetchedBytes));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_StoreFails_ComesFromTheBucketWithOneWarning(bool reads)
    {
        var broken = new Broken(Between, reads);
        foreach (var name in (string[])["first", "second"])
        {
            await using var cache = Machine(name, between: broken);
            Assert.Equal(S3DownloadOutcome.Miss, (await cache.FetchAsync(Url, cancellation: Stop)).Outcome);
            await cache.FetchAsync(Url, new S3DownloadOptions { SkipCache = true }, Stop);
        }
        // One of each cache: the second call left the store alone.
        Assert.Equal(2, bed.Log.Warnings.Length);
        Assert.All(bed.Log.Warnings, line => Assert.Contains("the line is down", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_LargerThanShared_IsNotShared()
    {
        await using (var first = Machine("first", o => o with { SharedFileBytes = Length - 1 })) await first.FetchAsync(Url, cancellation: Stop);
        Assert.False(await Between.ScanAsync("", Stop).AnyAsync(Stop));
    }

    [Theory]
    [InlineData("x-amz-server-side-encryption", "aws:kms", false)]
    [InlineData("x-amz-server-side-encryption", "aws:kms:dsse", false)]
    [InlineData("x-amz-server-side-encryption-customer-algorithm", "AES256", false)]
    [InlineData("x-amz-server-side-encryption", "AES256", true)]
    public async Task Fetch_EncryptedWithAKeyOfTheServers_IsNeitherOfferedNorTaken(string field, string value, bool shared)
    {
        // Offered while it was not encrypted yet.
        await FetchAndShareAsync();
        bed.Server.On("/media/clip.mp4", OriginReply.Object(1, Length) with { Headers = [new(field, value)] });
        await using (var second = Machine("second")) Assert.Equal(shared ? S3DownloadOutcome.Shared : S3DownloadOutcome.Miss, (await second.FetchAsync(Url, cancellation: Stop)).Outcome);
        await foreach (var key in Between.ScanAsync("", Stop)) await Between.DeleteAsync(key, Stop);
        await using (var third = Machine("third")) await third.FetchAsync(Url, cancellation: Stop);
        Assert.Equal(shared, await Between.ScanAsync("", Stop).AnyAsync(Stop));
    }

    [Fact]
    public async Task Fetch_ManyWhileTheStoreIsSlow_SharesAFewAtOnceAndNotAll()
    {
        const int files = 40;
        var slow = new Slow(Between);
        await using (var first = Machine("first", between: slow))
        {
            for (var i = 0; i < files; i++)
            {
                bed.Put($"{i}", (ulong)i, 1000);
                await first.FetchAsync($"s3://media/{i}", cancellation: Stop);
            }
            slow.Go.SetResult();
        }
        // Of each its one piece, then the note.
        Assert.Equal(32 * 2, await Between.ScanAsync("", Stop).CountAsync(Stop));
        Assert.InRange(slow.MostAtOnce, 1, 4);
        await using (var again = Machine("first")) await again.FetchAsync("s3://media/39", new S3DownloadOptions { SkipCache = true }, Stop);
        Assert.Equal(33 * 2, await Between.ScanAsync("", Stop).CountAsync(Stop));
    }

    [Fact]
    public async Task Fetch_Weak_IsNotShared()
    {
        bed.Server.On("/media/clip.mp4", OriginReply.Object(1, Length) with { ETag = null });
        await FetchAndShareAsync();
        Assert.False(await Between.ScanAsync("", Stop).AnyAsync(Stop));
    }

    public async ValueTask DisposeAsync()
    {
        await bed.DisposeAsync();
        await stores.DisposeAsync();
    }

    private sealed class Slow(IKeyValueStore inner) : IKeyValueStore
    {
        private readonly Lock gate = new();
        private int now;

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int MostAtOnce { get; private set; }

        public string Namespace => inner.Namespace;

        public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default) => inner.GetAsync(key, cancellation);

        public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default)
        {
            lock (gate) MostAtOnce = Math.Max(MostAtOnce, ++now);
            await Go.Task;
            await inner.SetAsync(key, value, settings, cancellation);
            lock (gate) now--;
        }

        public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default) => inner.DeleteAsync(key, cancellation);

        public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => inner.DeleteByTagAsync(tag, cancellation);

        public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => inner.ScanAsync(prefix, cancellation);

        public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => inner.GetUsageAsync(cancellation);
    }

    private sealed class Broken(IKeyValueStore inner, bool reads) : IKeyValueStore
    {
        public string Namespace => inner.Namespace;

        public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default) => reads ? throw new IOException("the line is down") : inner.GetAsync(key, cancellation);

        public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default) => throw new IOException("the line is down");

        public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default) => inner.DeleteAsync(key, cancellation);

        public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => inner.DeleteByTagAsync(tag, cancellation);

        public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => inner.ScanAsync(prefix, cancellation);

        public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => inner.GetUsageAsync(cancellation);
    }
}
