using System.Net;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>Routes in which nobody can have the origin asked for what is stored.</summary>
public sealed class IgnoredDirectivesTests
{
    private static readonly RoutePolicy Ignoring = new() { IgnoresRequestDirectives = true };

    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new(OriginTraits.PolicyFromRoute);

    [Theory]
    [InlineData("no-cache")]
    [InlineData("no-store")]
    [InlineData("max-age=0")]
    [InlineData("min-fresh=99999999")]
    [InlineData("no-cache, only-if-cached")]
    public async Task Get_OfWhatIsStored_IsAHitWhateverTheRequestSays(string control)
    {
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Ignoring);
        var first = await edge.GetAsync("/a", ("Cache-Control", control.Contains("only", StringComparison.Ordinal) ? "" : control));
        time.Advance(TimeSpan.FromMinutes(1));
        var second = await edge.GetAsync("/a", ("Cache-Control", control));
        Assert.Equal(("MISS", "HIT", 1), (StatusOf(first.Head), StatusOf(second.Head), origin.Requests.Count));
        Assert.All(origin.Requests, request => Assert.False(request.Headers.Contains("Cache-Control")));
        Assert.Equal(first.Body, second.Body);
    }

    [Fact]
    public async Task Get_OnlyIfCached_DoesNotAskTheOriginHereEither()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Ignoring);
        var (head, _) = await edge.GetAsync("/a", ("Cache-Control", "only-if-cached"));
        Assert.Equal((HttpStatusCode.GatewayTimeout, 0), (head.StatusCode, origin.Requests.Count));
    }

    private static string StatusOf(HttpResponseMessage head) => head.Headers.GetValues("X-Cache-Status").Single();
}
