using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>The length of a body in chunks of HTTP shows at its end, and there is nothing beyond that to ask for.</summary>
public sealed class BodyEndTests : IOrigin
{
    private int calls;

    public string Name => "counting";

    public string Scope => "counting";

    public OriginTraits Traits => OriginTraits.Ranges;

    [Fact]
    public async Task Read_WhileTheEndShows_AsksForNothingBeyondIt()
    {
        await using var cache = ObjectCache.Open(new() { MemoryBytes = 8 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion("\"v\"", null, null),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var source = new FillSource(this, new OriginRequest { Path = "/a" });
        for (var round = 0; round < 5000; round++)
        {
            var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
            BodyReader[] readers = [.. Enumerable.Range(0, 4).Select(_ => stored.Open(0, long.MaxValue, source))];
            stored.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = metadata.Version, Body = new EmptyStream() }, 0, null, source, readers[0], background: true);
            cache.Publish(stored, cache.Fence);
            await Task.WhenAll(readers.Select(reader => Task.Run(async () =>
            {
                using (reader) await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            })));

            Assert.Equal((0, false, 0L), (calls, stored.IsDetached, stored.Metadata.Length));
        }
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
}
