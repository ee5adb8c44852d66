using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>The length of a body in chunks of HTTP shows at its end, and there is nothing beyond that to ask for.</summary>
public sealed class BodyEndTests : IOrigin, IAsyncDisposable
{
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 8 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);
    private int calls;

    public string Name => "counting";

    public string Scope => "counting";

    public OriginTraits Traits => OriginTraits.Ranges;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    [Fact]
    public async Task Read_WhileTheEndShows_AsksForNothingBeyondIt()
    {
        for (var round = 0; round < 5000; round++)
        {
            var stored = Begin("\"v\"", new EmptyStream(), readers: 4, out var readers);
            await Task.WhenAll(readers.Select(reader => Task.Run(async () =>
            {
                using (reader) await reader.ReadToEndAsync(Cancellation);
            })));

            Assert.Equal((0, false, 0L), (calls, stored.IsDetached, stored.Metadata.Length));
        }
    }

    // He had every byte, and heard that it was the last one when the other had it too.
    [Fact]
    public async Task Read_BesideOneWhoTakesNothing_EndsWithTheBody()
    {
        var body = new OpenStream(new byte[1000]);
        Begin("\"v\"", body, readers: 2, out var readers);
        using var paused = readers[0];
        using var reader = readers[1];
        using (var piece = await reader.ReadAsync(Cancellation)) Assert.Equal(1000, piece.Length);
        var end = reader.ReadToEndAsync(Cancellation);

        body.End.SetResult();

        await end.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    // Whoever finds an object that is not takes it out of the cache.
    [Fact]
    public async Task IsServable_WhileTheEndShows_OfABodyThatCannotBeAskedForAgain()
    {
        for (var round = 0; round < 2000; round++)
        {
            var stored = Begin("W/\"v\"", new MemoryStream(new byte[10]), readers: 1, out var readers);
            var read = Task.Run(async () =>
            {
                using (readers[0]) await readers[0].ReadToEndAsync(Cancellation);
            });
            while (stored.IsFilling)
            {
                Assert.True(stored.IsServable);
                // The others may need this very processor to go on.
                Thread.Yield();
            }

            Assert.True(stored.IsServable);
            await read;
        }
    }

    private CachedObject Begin(string tag, Stream body, int readers, out BodyReader[] opened)
    {
        var metadata = BodyMetadata.Of(tag);
        var source = new FillSource(this, new OriginRequest { Path = "/a" });
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        opened = [.. Enumerable.Range(0, readers).Select(_ => stored.Open(0, long.MaxValue, source))];
        stored.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = body }, 0, null, source, opened[0], background: true);
        cache.Publish(stored, cache.Fence);
        return stored;
    }

    ValueTask<OriginResponse> IOrigin.FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        Interlocked.Increment(ref calls);
        return new(new OriginResponse { Status = 416, Headers = new HeaderList([]), Version = request.Require!, Body = Stream.Null });
    }

    private sealed class EmptyStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return 0;
        }
    }

    private sealed class OpenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length) await End.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
