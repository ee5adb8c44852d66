using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tests.Objects;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Flights;

/// <summary>A fill that waits for its reader, and another reader who waits for the fill.</summary>
public sealed class ParkedFillTests : IAsyncDisposable
{
    // The fill may be a quarter of it ahead of its reader: four chunks, and stops with the next.
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 4 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public async Task Read_FurtherOnThanTheFillIs_DoesNotWaitForAReaderWhoTakesNothing(int chunk)
    {
        var bytes = new BytePattern(4).Bytes(0, 12 << 20);
        var metadata = BodyMetadata.Of("\"v\"", bytes.Length);
        var source = new FillSource(null!, new OriginRequest { Path = "/a" });
        var body = new MemoryStream(bytes);
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        using var paused = stored.Open(0, bytes.Length, source);
        stored.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = body }, 0, bytes.Length, source, paused);
        cache.Publish(stored, cache.Fence);
        Assert.True(await Eventually.HoldsAsync(() => stored.MemoryBytes == 5 * cache.ChunkSize, TimeSpan.FromSeconds(60)));

        var start = chunk * cache.ChunkSize;
        using var reader = stored.Open(start, bytes.Length, source);
        using var piece = await reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.True(piece.Length > 0 && piece.Span.SequenceEqual(bytes.AsSpan(start, piece.Length)));
    }
}
