using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What may be kept and never unasked for another: answers by cookie that name no lifetime.</summary>
public sealed class UnsharedAnswerTests
{
    private readonly ManualTimeProvider time = new();

    // A client may accept what is stale, not ask for what was never anybody else's.
    [Theory]
    [InlineData("max-stale", false)]
    [InlineData("max-stale=600", false)]
    [InlineData("stale-if-error=600", true)]
    public async Task Get_StaleByTheClientsWord_IsNothingThatWasNeverFresh(string word, bool fails)
    {
        var origin = new PageOrigin { Now = time.GetUtcNow };
        await using var edge = await EdgeServer.StartAsync(origin, time);
        Assert.Equal("user=0", await BodyAsync(edge, ("Cookie", "user=0")));
        time.Advance(TimeSpan.FromSeconds(5));
        origin.Fails = fails;
        Assert.Equal(fails ? "failed" : "user=1", await BodyAsync(edge, ("Cookie", "user=1"), ("Cache-Control", word)));
    }

    // Who sets it for what has a lifetime does not mean every page that says nothing.
    [Fact]
    public async Task Get_RouteWithStaleWhileRevalidate_KeepsNothingForOthersThatWasNeverFresh()
    {
        var origin = new PageOrigin { Now = time.GetUtcNow };
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { StaleWhileRevalidate = TimeSpan.FromMinutes(1) });
        Assert.Equal("user=0", await BodyAsync(edge, ("Cookie", "user=0")));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("user=1", await BodyAsync(edge, ("Cookie", "user=1")));
        origin.Control = "max-age=1";
        Assert.Equal("user=2", await BodyAsync(edge, ("Cookie", "user=2")));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("user=2", await BodyAsync(edge, ("Cookie", "user=3")));
    }

    private static async Task<string> BodyAsync(EdgeServer edge, params (string, string)[] fields) => Encoding.ASCII.GetString((await edge.GetAsync("/a", fields)).Body);

    /// <summary>A page for each cookie.</summary>
    private sealed class PageOrigin : IOrigin
    {
        public string? Control { get; set; }

        public bool Fails { get; set; }

        public required Func<DateTimeOffset> Now { get; init; }

        public string Name => "pages";

        public string Scope => "pages";

        public OriginTraits Traits => OriginTraits.None;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            var body = Encoding.ASCII.GetBytes(Fails ? "failed" : request.Headers.First("Cookie") ?? "nobody");
            var headers = new HeaderList { { "Date", HttpDate.Format(Now()) } };
            if (Control is not null) headers.Add("Cache-Control", Control);
            return new(new OriginResponse { Status = Fails ? 503 : 200, Headers = headers, Body = new MemoryStream(body), BodyLength = body.Length, Version = new ObjectVersion(null, null, body.Length) });
        }
    }
}
