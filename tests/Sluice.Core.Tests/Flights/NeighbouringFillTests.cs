using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Flights;

/// <summary>Several readers of one body that no tier keeps, each with a fill of its own, one after another in it.</summary>
public sealed class NeighbouringFillTests : IAsyncDisposable
{
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 0 }, new ManualTimeProvider(), NullLoggerFactory.Instance);

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    // The reader who waited where the fill ended was taken for the one who sets its pace, and bytes were dropped that nobody had read.
    [Fact]
    public async Task Read_SlowerThanItsFillBesideAnotherReader_GetsWhatWasBroughtForIt()
    {
        var chunk = cache.ChunkSize;
        var bytes = new BytePattern(9).Bytes(0, 2 * chunk);
        var origin = new NeverAsked();
        var source = new FillSource(origin, new OriginRequest { Path = "/a" });
        var version = new ObjectVersion("\"v\"", null, 2 * chunk);
        var stored = cache.Prepare(cache.Scope("s"), "/a", new ObjectMetadata { Status = 200, Headers = new HeaderList([]), Version = version, Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch } });
        using var slow = stored.Open(0, chunk, source);
        using var next = stored.Open(chunk, 2 * chunk, source);
        var still = new Part([], new TaskCompletionSource());
        var quick = new Part(bytes[..chunk], null);
        stored.Take(Of(still), chunk, 2 * chunk, source, next);
        stored.Take(Of(quick), 0, chunk, source, slow);
        await quick.Left.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        using var piece = await slow.ReadAsync(TestContext.Current.CancellationToken);

        Assert.True(piece.Span.SequenceEqual(bytes.AsSpan(0, chunk)));
        Assert.Equal(0, origin.Asked);

        OriginResponse Of(Part body) => new() { Status = 206, Headers = new HeaderList([]), Version = version, Body = body, BodyLength = chunk };
    }

    /// <summary>Brings its bytes, after the gate is open where there is one.</summary>
    private sealed class Part(byte[] bytes, TaskCompletionSource? gate) : MemoryStream(bytes)
    {
        /// <summary>Completes when its fill is done with it.</summary>
        public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (gate is not null) await gate.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask DisposeAsync()
        {
            Left.TrySetResult();
            return base.DisposeAsync();
        }
    }

    private sealed class NeverAsked : IOrigin
    {
        private int asked;

        public string Name => "never";

        public string Scope => "never";

        public OriginTraits Traits => OriginTraits.Ranges;

        public int Asked => Volatile.Read(ref asked);

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            Interlocked.Increment(ref asked);
            throw new OriginException(OriginFailure.Unreachable, "never: asked");
        }
    }
}
