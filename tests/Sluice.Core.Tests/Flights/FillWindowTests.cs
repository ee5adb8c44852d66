using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Core.Tests.Flights;

/// <summary>What a fill holds for readers who are behind.</summary>
public sealed class FillWindowTests : IDisposable
{
    private const int Chunk = 4096;
    private readonly string root = Directory.CreateTempSubdirectory("sluice-window-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reader_BehindWhatTheDiskDidNotTake_GetsEveryByte_ThoughNobodyCanBeAskedForThemAgain(bool isLengthKnown)
    {
        await using var cache = await OpenAsync(disk: 3 * Chunk);
        var bytes = new BytePattern(3).Bytes(0, (9 * Chunk) + 5);
        Begin(cache, bytes, etag: null, out var reader, isLengthKnown);
        using var _ = reader;
        Assert.True(await Eventually.HoldsAsync(() => cache.GetStatistics().Disk?.RefusedChunks > 0, TimeSpan.FromSeconds(60)));

        var read = 0;
        while (true)
        {
            using var piece = await reader.ReadAsync(Cancellation);
            if (piece.Length == 0) break;
            Assert.True(piece.Span.SequenceEqual(bytes.AsSpan(read, piece.Length)));
            read += piece.Length;
        }

        Assert.Equal(bytes.Length, read);
        reader.Dispose();
        Assert.True(await Eventually.HoldsAsync(() => cache.GetStatistics().Flights == 0 && cache.Memory.AllocatedBytes == 0, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task SlowReader_OfALargeBodyOnDisk_HoldsNoMoreInMemoryThanItsShare()
    {
        await using var cache = await OpenAsync(disk: 1 << 30);
        var stored = Begin(cache, new byte[17 << 20], "\"v\"", out var reader);
        using var _ = reader;
        Assert.True(await Eventually.HoldsAsync(() => stored.DiskBytes >= 4 << 20, TimeSpan.FromSeconds(60)));
        Assert.InRange(stored.MemoryBytes, 0, (64 << 10) + (4 * Chunk));
    }

    private async Task<ObjectCache> OpenAsync(long disk)
    {
        var cache = ObjectCache.Open(
            new() { MemoryBytes = 0, RetainedBytes = 64 << 10, Disk = new() { Directory = root, MaximumBytes = disk, MinimumFreeBytes = 0, ChunkSize = Chunk } },
            TimeProvider.System, NullLoggerFactory.Instance);
        // Until a new directory was searched for what a lost index left behind, nothing is added to it.
        await cache.Disk!.LoadAsync(Cancellation);
        await cache.Disk.Sweep;
        return cache;
    }

    private static CachedObject Begin(ObjectCache cache, byte[] bytes, string? etag, out BodyReader reader, bool isLengthKnown = true)
    {
        var version = new ObjectVersion(etag, null, isLengthKnown ? bytes.Length : null);
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = version,
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        reader = stored.Open(0, version.Length ?? long.MaxValue, null);
        stored.Take(
            new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = version, Body = new MemoryStream(bytes) },
            0, version.Length, new FillSource(null!, new OriginRequest { Path = "/a" }), reader);
        return stored;
    }
}
