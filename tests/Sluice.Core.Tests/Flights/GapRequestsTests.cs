using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tests.Objects;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Flights;

/// <summary>How often an origin is asked for what is missing.</summary>
public sealed class GapRequestsTests : IAsyncDisposable
{
    private readonly byte[] bytes = new byte[6 << 20];
    private readonly ManualTimeProvider time = new();
    private readonly ObjectCache cache;

    public GapRequestsTests() => cache = ObjectCache.Open(new() { MemoryBytes = 0 }, time, NullLoggerFactory.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    [Fact]
    public async Task Read_OpenedBeforeTheLengthWasKnown_AsksOnceForAllThatIsMissing()
    {
        var origin = new Counting(bytes) { HasRanges = true };
        using var reader = Prepare().Open(cache.ChunkSize, long.MaxValue, new FillSource(origin, new OriginRequest { Path = "/a" }));

        await reader.ReadToEndAsync(Cancellation);

        Assert.Equal(1, origin.Calls);
    }

    // Its answer begins far before what is wanted, and whoever asks again gets the same.
    [Fact]
    public async Task Read_OfAnOriginThatIgnoresRanges_AsksOnce()
    {
        var origin = new Counting(bytes);
        using var reader = Prepare().Open(bytes.Length - 1, bytes.Length, new FillSource(origin, new OriginRequest { Path = "/a" }));
        var read = reader.ReadToEndAsync(Cancellation);
        await origin.Asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        // By now it is known to be slow.
        time.Advance(TimeSpan.FromSeconds(2));
        origin.Gate.SetResult();

        await read.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(1, origin.Calls);
    }

    private CachedObject Prepare() => cache.Prepare(cache.Scope("s"), "/a", BodyMetadata.Of("\"v\"", bytes.Length));

    private sealed class Counting(byte[] bytes) : IOrigin
    {
        private int calls;

        public string Name => "counting";

        public string Scope => "counting";

        public OriginTraits Traits => OriginTraits.Ranges;

        public bool HasRanges { get; init; }

        public int Calls => Volatile.Read(ref calls);

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            Interlocked.Increment(ref calls);
            await Task.Yield();
            Asked.TrySetResult();
            if (!HasRanges) return new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = request.Require!, Body = new Slow(bytes, Gate.Task) };
            var (start, end) = request.Range!.Value.Resolve(bytes.Length)!.Value;
            return new OriginResponse { Status = 206, Headers = new HeaderList([]), Version = request.Require!, Range = (start, end, bytes.Length), Body = new MemoryStream(bytes[(int)start..(int)end]) };
        }
    }

    private sealed class Slow(byte[] bytes, Task gate) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await gate.WaitAsync(cancellationToken);
            await Task.Yield();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 4096)], cancellationToken);
        }
    }
}
