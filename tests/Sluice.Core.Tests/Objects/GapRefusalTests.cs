using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>Who joined a fill that was refused to the one who began it asks for himself.</summary>
public sealed class GapRefusalTests : IAsyncDisposable
{
    private const int Length = 1_000_000;
    private readonly byte[] body = new BytePattern(9).Bytes(0, Length);
    private readonly ObjectCache cache = ObjectCache.Open(new() { MemoryBytes = 8 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    [Fact]
    public async Task Read_OfAFillThatAnotherWasRefused_AsksOnItsOwnBehalf()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var origin = new Guarding(body);
        var stored = Publish();
        using var stranger = stored.OpenFor(0, Length, _ => Of("stranger"));
        using var member = stored.OpenFor(0, Length, _ => Of("member"));
        // Both wait for one fill, the stranger's, before the origin says anything.
        var (refused, answered) = (stranger.ReadAsync(cancellation).AsTask(), member.ReadAsync(cancellation).AsTask());
        origin.Gate.SetResult();

        var failure = await Assert.ThrowsAsync<OriginException>(() => refused);
        Assert.Equal(new OriginRefusal(403, null), failure.Refusal);
        origin.MembersGate.SetResult();
        using var piece = await answered;
        Assert.True(piece.Span.SequenceEqual(body.AsSpan(0, piece.Length)));
        Assert.Equal(["stranger", "member"], origin.Callers);

        FillSource Of(string name) => new(origin, RequestOf(name));
    }

    // What he was sent of it was everybody's, and so may be the rest.
    [Fact]
    public async Task Read_OfAFillWhoseAnswerIsAnothersOwn_AsksOnItsOwnBehalf()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var origin = new Guarding(body);
        var stored = Publish();
        using var owner = stored.OpenFor(0, Length, _ => new FillSource(origin, RequestOf("owner")) { MayStore = static _ => false });
        using var other = stored.OpenFor(0, Length, _ => new FillSource(origin, RequestOf("member")));
        var (changed, answered) = (owner.ReadAsync(cancellation).AsTask(), other.ReadAsync(cancellation).AsTask());
        origin.Gate.SetResult();

        await Assert.ThrowsAsync<ObjectChangedException>(() => changed);
        origin.MembersGate.SetResult();
        using var piece = await answered;
        Assert.True(piece.Span.SequenceEqual(body.AsSpan(0, piece.Length)));
        Assert.Equal(["owner", "member"], origin.Callers);
    }

    private static OriginRequest RequestOf(string name) => new() { Path = "/a", Headers = new HeaderList { { "Authorization", name } } };

    private CachedObject Publish()
    {
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion("\"v\"", null, Length),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var stored = cache.Prepare(cache.Scope("s"), "/a", metadata);
        cache.Publish(stored, cache.Fence);
        return stored;
    }

    private sealed class Guarding(byte[] body) : IOrigin
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MembersGate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string?> Callers { get; } = [];

        public string Name => "guarding";

        public string Scope => "guarding";

        public OriginTraits Traits => OriginTraits.Ranges;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            var caller = request.Headers.First("Authorization");
            lock (Callers) Callers.Add(caller);
            await Gate.Task.WaitAsync(cancellation);
            // What is held is for all: the stranger must have his answer before the member's bytes are here.
            if (caller == "member") await MembersGate.Task.WaitAsync(cancellation);
            return caller != "stranger"
                ? new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = request.Require!, BodyLength = body.Length, Body = new MemoryStream(body) }
                : new OriginResponse { Status = 403, Headers = new HeaderList([]), Version = new ObjectVersion(null, null, 0), BodyLength = 0, Body = Stream.Null };
        }
    }
}
