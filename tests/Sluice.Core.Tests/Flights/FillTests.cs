using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Flights;

public sealed class FillTests : IAsyncDisposable
{
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 8 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    // A place in the queue of variants is given back with the answer: a slow viewer must not keep it from others.
    [Fact]
    public async Task Fill_WhoseBodyIsHere_LetsGoOfTheAnswer_ThoughAReaderWithoutADiskHasNotReadIt()
    {
        var bytes = new BytePattern(3).Bytes(0, 300_000);
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion("\"v\"", null, null),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        using var body = new WatchedStream(bytes);
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        using var reader = stored.Open(0, long.MaxValue, null);
        stored.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = metadata.Version, Body = body }, 0, null, new FillSource(null!, new OriginRequest { Path = "/a" }), reader);

        await body.Disposed.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.True(stored.IsFilling);
        var read = 0;
        while (true)
        {
            using var piece = await reader.ReadAsync(TestContext.Current.CancellationToken);
            if (piece.Length == 0) break;
            Assert.True(piece.Span.SequenceEqual(bytes.AsSpan(read, piece.Length)));
            read += piece.Length;
        }

        Assert.Equal(bytes.Length, read);
    }

    private sealed class WatchedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override void Dispose(bool disposing)
        {
            Disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
