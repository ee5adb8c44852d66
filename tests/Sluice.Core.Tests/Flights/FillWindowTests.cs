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

    [Fact]
    public async Task Reader_BehindWhatTheDiskDidNotTake_GetsEveryByte_ThoughNobodyCanBeAskedForThemAgain()
    {
        await using var cache = Open(disk: 3 * Chunk);
        var bytes = new BytePattern(3).Bytes(0, (9 * Chunk) + 5);
        var stored = Begin(cache, bytes, etag: null, out var reader);
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
    }

    [Fact]
    public async Task SlowReader_OfALargeBodyOnDisk_HoldsNoMoreInMemoryThanItsShare()
    {
        await using var cache = Open(disk: 1 << 30);
        var stored = Begin(cache, new byte[17 << 20], "\"v\"", out var reader);
        using var _ = reader;
        Assert.True(await Eventually.HoldsAsync(() => stored.DiskBytes >= 4 << 20, TimeSpan.FromSeconds(60)));
        Assert.InRange(stored.MemoryBytes, 0, (64 << 10) + (4 * Chunk));
    }

    private ObjectCache Open(long disk) => ObjectCache.Open(
        new() { MemoryBytes = 0, RetainedBytes = 64 << 10, Disk = new() { Directory = root, MaximumBytes = disk, MinimumFreeBytes = 0, ChunkSize = Chunk } },
        TimeProvider.System, NullLoggerFactory.Instance);

    private static CachedObject Begin(ObjectCache cache, byte[] bytes, string? etag, out BodyReader reader)
    {
        var version = new ObjectVersion(etag, null, bytes.Length);
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = version,
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        reader = stored.Open(0, bytes.Length, null);
        stored.Take(
            new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = version, Body = new MemoryStream(bytes) },
            0, bytes.Length, new FillSource(null!, new OriginRequest { Path = "/a" }), reader);
        return stored;
    }
}
