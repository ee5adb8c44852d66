using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>An origin whose answers break off is asked for the rest twice, whenever the reader came.</summary>
public sealed class BodyRetryTests : IAsyncDisposable
{
    private const int Length = 1_000_000, Broken = 300_000;
    private readonly byte[] body = new BytePattern(9).Bytes(0, Length);
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 8 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);
    private readonly Breaking origin;

    public BodyRetryTests() => origin = new Breaking(body);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_OfAnswersThatBreakOff_AsksTwiceForTheRest(bool comesLate)
    {
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion("\"v\"", null, Length),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        var source = new FillSource(origin, new OriginRequest { Path = "/a" });
        var reader = comesLate ? null : stored.Open(0, Length, source);
        stored.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = metadata.Version, Body = new BreakingStream(body[..Broken]), BodyLength = Length }, 0, Length, source, reader, background: true);
        cache.Publish(stored, cache.Fence);
        while (comesLate && stored.IsFilling) await Task.Yield();

        using (reader ??= stored.Open(0, Length, source))
        {
            var read = 0;
            await Assert.ThrowsAsync<OriginException>(async () =>
            {
                while (true)
                {
                    using var piece = await reader.ReadAsync(Cancellation);
                    Assert.True(piece.Span.SequenceEqual(body.AsSpan(read, piece.Length)));
                    read += piece.Length;
                }
            });
        }

        Assert.Equal(2, origin.Calls);
    }

    private sealed class Breaking(byte[] body) : IOrigin
    {
        public int Calls { get; private set; }

        public string Name => "breaking";

        public string Scope => "breaking";

        public OriginTraits Traits => OriginTraits.Ranges;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            Calls++;
            // A little more each time, and never to the end.
            var (start, end) = request.Range!.Value.Resolve(body.Length)!.Value;
            var some = body[(int)start..(int)Math.Min(start + (Broken / 3), end)];
            return new(new OriginResponse { Status = 206, Headers = new HeaderList([]), Version = request.Require!, Range = (start, end, body.Length), BodyLength = end - start, Body = new BreakingStream(some) });
        }
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : throw new IOException("broken off");
    }
}
