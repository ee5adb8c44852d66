using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>Who holds an object reads it to its end, whatever is purged meanwhile; the last one to let go gives its bytes back.</summary>
public sealed class CachedObjectHoldTests : IAsyncDisposable
{
    private const int Length = 300_000;
    private readonly string root = Directory.CreateTempSubdirectory("sluice-hold-").FullName;
    private readonly byte[] body = new BytePattern(7).Bytes(0, Length);
    private readonly ObjectCache cache;

    public CachedObjectHoldTests()
    {
        var disk = new DiskTierOptions { Directory = Path.Combine(root, "cache"), MaximumBytes = 4 * Length, MinimumFreeBytes = 0, ChunkSize = 64 << 10 };
        cache = ObjectCache.Open(new() { MemoryBytes = 1 << 20, Disk = disk }, new ManualTimeProvider(), NullLoggerFactory.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await cache.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("\"v1\"")]
    [InlineData(null)]
    public async Task Hold_PurgedMeanwhile_ReadsOnToTheEndAndGivesTheBytesBack(string? tag)
    {
        var stored = await StoreAsync(tag);
        Assert.True(stored.TryHold());

        ObjectCache.Remove(stored);

        Assert.True(stored.Holds(0, Length));
        Assert.Equal(body, await ReadAsync(stored));
        Assert.Equal(Length, cache.GetStatistics().Disk!.Value.Bytes);
        stored.Release();
        Assert.False(stored.TryHold());
        AssertEmpty();
    }

    [Fact]
    public async Task Hold_RacingAPurge_IsRefusedOrHasEveryByte()
    {
        for (var round = 0; round < 200; round++)
        {
            var stored = await StoreAsync(null);
            using var start = new Barrier(3);
            var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                start.SignalAndWait(Cancellation);
                if (!stored.TryHold()) return;
                Assert.Equal(body, await ReadAsync(stored));
                stored.Release();
            })).ToArray();

            start.SignalAndWait(Cancellation);
            ObjectCache.Remove(stored);

            await Task.WhenAll(readers);
            AssertEmpty();
        }
    }

    // A write that just ended may still have its file in hand.
    private void AssertEmpty() =>
        Assert.True(SpinWait.SpinUntil(() => (cache.GetStatistics().Disk!.Value.Bytes, cache.GetStatistics().MemoryBytes) == (0, 0), TimeSpan.FromSeconds(60)));

    [Fact]
    public async Task Hold_OfWhatCannotBeHadAgain_OutlivesTheNeedForRoom()
    {
        var kept = await StoreAsync(null);
        Assert.True(kept.TryHold());
        for (var i = 0; i < 10; i++) await StoreAsync(null, $"/{i}");

        Assert.Equal((Length, 0), (kept.DiskBytes, kept.MemoryBytes));
        Assert.Equal(body, await ReadAsync(kept));
        kept.Release();
    }

    private async Task<CachedObject> StoreAsync(string? tag, string target = "/a")
    {
        // Until a new directory was searched for what a lost index left behind, nothing is added to it.
        await cache.Disk!.LoadAsync(Cancellation);
        await cache.Disk.Sweep;
        var stored = cache.Prepare(cache.Scope("s"), target, new ObjectMetadata
        {
            Status = 200,
            Headers = new HeaderList([]),
            Version = new ObjectVersion(tag, null, Length),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        });
        stored.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = stored.Metadata.Version, Body = new MemoryStream(body), BodyLength = Length }, 0, Length, new FillSource(new NoOrigin(), new OriginRequest { Path = target }), background: true);
        cache.Publish(stored, cache.Fence);
        await stored.CompleteAsync(Cancellation);
        Assert.True(SpinWait.SpinUntil(() => stored.DiskBytes == Length, TimeSpan.FromSeconds(60)));
        return stored;
    }

    private static async Task<byte[]> ReadAsync(CachedObject stored)
    {
        using var reader = stored.Open(0, Length, null);
        using var read = new MemoryStream();
        while (true)
        {
            using var piece = await reader.ReadAsync(Cancellation);
            if (piece.Length == 0) return read.ToArray();
            read.Write(piece.Span);
        }
    }
}
