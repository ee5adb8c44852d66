using System.Net;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Requests;

public class ForwardingTests
{
    private static readonly (string, string)[] Claims =
    [
        ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "666"), ("X-Forwarded-Prefix", "/evil"),
        ("Forwarded", "for=6.6.6.6;host=evil.example"), ("X-Real-IP", "6.6.6.6"), ("X-Original-URL", "/admin"), ("X-Rewrite-URL", "/admin"), ("X-Host", "evil.example"),
        ("X-Forwarded", "for=6.6.6.6"), ("Proxy", "http://evil.example"),
    ];

    private readonly MadeOrigin origin = new(OriginTraits.None);

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Send_ClaimsOfAClient_AreReplacedByTheTruth(string method)
    {
        var sent = await SendAsync(method, null, Claims);
        Assert.DoesNotContain(sent, line => line.Value.Contains("evil", StringComparison.Ordinal) || line.Value.Contains("6.6", StringComparison.Ordinal) || line.Value.Contains("admin", StringComparison.Ordinal));
        Assert.Equal(("127.0.0.1", "http"), (sent.Combined("X-Forwarded-For"), sent.Combined("X-Forwarded-Proto")));
        Assert.StartsWith("for=127.0.0.1;", sent.Combined("Forwarded"), StringComparison.Ordinal);
        Assert.False(sent.Contains("X-Forwarded-Port"));
    }

    // To CGI, WSGI and PHP these are the fields with dashes.
    [Theory]
    [InlineData("GET", false)]
    [InlineData("POST", false)]
    [InlineData("POST", true)]
    public async Task Send_ClaimsSpelledWithUnderscores_GoToNobody(string method, bool trusted)
    {
        var sent = await SendAsync(method, options => options.TrustedProxies = trusted ? [IPNetwork.Parse("127.0.0.1/32")] : [], ("X_Forwarded_Host", "evil.example"), ("x_forwarded-for", "6.6.6.6"),
            ("X_Original_URL", "/admin"), ("X-HTTP_Method_Override", "DELETE"), ("Content_Length", "5"), ("Transfer_Encoding", "chunked"), ("My_Field", "kept"));
        Assert.Equal(["My_Field"], sent.Select(line => line.Key).Where(name => name.Contains('_', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Get_VaryByAClaimSpelledWithUnderscores_IsOneForAll()
    {
        origin.Extra.Add("Cache-Control", "max-age=60");
        origin.Extra.Add("Vary", "X_Forwarded_Host");
        await using var edge = await EdgeServer.StartAsync(origin, new ManualTimeProvider());
        await edge.GetAsync("/a", ("X_Forwarded_Host", "one.example"));
        await edge.GetAsync("/a", ("X_Forwarded_Host", "two.example"));
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task Get_Host_IsNotToldSinceNoKeyHoldsIt()
    {
        var sent = await SendAsync("GET", null, ("Host", "evil.example"));
        Assert.DoesNotContain(sent, line => line.Value.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_BaseUrl_IsToldWhoeverAsks()
    {
        var sent = await SendAsync("GET", options => options.BaseUrl = new Uri("https://cdn.example:8443/"), Claims);
        Assert.Equal(("cdn.example:8443", "https"), (sent.Combined("X-Forwarded-Host"), sent.Combined("X-Forwarded-Proto")));
        Assert.Equal("for=127.0.0.1;host=\"cdn.example:8443\";proto=https", sent.Combined("Forwarded"));
    }

    [Fact]
    public async Task Post_Host_IsTold() => Assert.Equal("shop.example", (await SendAsync("POST", null, ("Host", "shop.example"))).Combined("X-Forwarded-Host"));

    [Fact]
    public async Task Post_OfATrustedProxy_KeepsWhatItSays()
    {
        var sent = await SendAsync("POST", options => options.TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")], Claims);
        Assert.Equal(("6.6.6.6, 127.0.0.1", "evil.example", "https"), (sent.Combined("X-Forwarded-For"), sent.Combined("X-Forwarded-Host"), sent.Combined("X-Forwarded-Proto")));
        Assert.StartsWith("for=6.6.6.6;host=evil.example, for=127.0.0.1", sent.Combined("Forwarded"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OfATrustedProxy_KeepsTheAddressesAndNothingThatIsInNoKey()
    {
        var sent = await SendAsync("GET", options => options.TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")], Claims);
        Assert.Equal(("6.6.6.6, 127.0.0.1", null, "http"), (sent.Combined("X-Forwarded-For"), sent.Combined("X-Forwarded-Host"), sent.Combined("X-Forwarded-Proto")));
        Assert.False(sent.Contains("X-Forwarded-Prefix"));
    }

    [Theory]
    [InlineData("GET", false)]
    [InlineData("POST", true)]
    public async Task Send_MethodOverride_GoesOnOnlyWhereTheAnswerIsNotShared(string method, bool kept) =>
        Assert.Equal(kept, (await SendAsync(method, null, ("X-HTTP-Method-Override", "DELETE"))).Contains("X-HTTP-Method-Override"));

    [Fact]
    public async Task Send_Via_IsAppended()
    {
        var sent = await SendAsync("GET", null, ("Via", "1.0 fred, 1.1 p.example"));
        Assert.Matches("^1.0 fred, 1.1 p.example, 1.1 sluice-[0-9a-f]{8}$", sent.Combined("Via"));
    }

    [Fact]
    public async Task Send_RequestThatWasHereBefore_Is508()
    {
        await using var edge = await EdgeServer.StartAsync(origin, new ManualTimeProvider());
        await edge.GetAsync("/a");
        var via = origin.Requests.Single().Headers.Combined("Via")!;
        var (again, _) = await edge.GetAsync("/b", ("Via", $"1.1 other, {via}"));
        Assert.Equal((508, 1), ((int)again.StatusCode, origin.Requests.Count));
        Assert.Equal(200, (int)(await edge.GetAsync("/b", ("Via", "1.1 sluice-00000000"))).Head.StatusCode);
    }

    private async Task<HeaderList> SendAsync(string method, Action<EdgeOptions>? configure, params (string Name, string Value)[] headers)
    {
        await using var edge = await EdgeServer.StartAsync(origin, new ManualTimeProvider(), configure: configure);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/a");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await edge.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return origin.Requests.Last().Headers;
    }
}
