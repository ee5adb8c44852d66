using System.Text.Json;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Routes;

/// <summary>Routes by pattern with several origins: the next one is asked, and the one that fails is left alone.</summary>
public sealed class OriginsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FaultyOrigin first = FaultyOrigin.Start();
    private readonly FaultyOrigin second = FaultyOrigin.Start();
    private SluiceProcess sluice = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = new
        {
            routes = new object[]
            {
                new { name = "video", pattern = "/v/*/master.m3u8", origins = new object[] { new { url = second.Address, headers = new Dictionary<string, string> { ["X-Key"] = "s3cret" } } } },
                new { name = "live", pattern = "/live/*", origins = new[] { first.Address }, cache = false },
                new
                {
                    name = "rest", responseTimeout = "500ms", origins = new[] { first.Address, second.Address }, circuit = new { failures = 3, pause = "2s" }, defaultLifetime = "1m",
                },
            },
        };
        var file = folder.Write("sluice.json", JsonSerializer.Serialize(settings));
        sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", file] });
    }

    public async ValueTask DisposeAsync()
    {
        if (sluice is not null) await sluice.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Get_PatternInTheMiddle_GoesToItsRouteWithItsFields()
    {
        second.On("/v/1/2/master.m3u8", OriginReply.Text("master"));
        Assert.Equal("master", (await RawHttp.GetAsync(sluice.EdgeAddress, "/v/1/2/master.m3u8", "X-Key: mine")).Text);
        Assert.Equal("s3cret", second.CallsOf("/v/1/2/master.m3u8").Single().Header("X-Key"));
        Assert.Empty(first.CallsOf("/v/1/2/master.m3u8"));
    }

    [Fact]
    public async Task Get_RouteThatCachesNothing_IsPassedOnEachTime()
    {
        first.On("/live/a", OriginReply.Object(1, 100));
        for (var i = 0; i < 2; i++) Assert.Equal("BYPASS", (await sluice.Edge.AskAsync("/live/a")).CacheStatus);
        Assert.Equal(2, first.CallsOf("/live/a").Count);
    }

    [Theory]
    [InlineData("404")]
    [InlineData("500")]
    [InlineData("503")]
    [InlineData("silent")]
    [InlineData("closes")]
    public async Task Get_FirstHasNoAnswer_TheSecondIsAsked(string fault)
    {
        first.On("/a", fault switch
        {
            "silent" => OriginReply.Object(1, 100) with { NeverAnswers = true },
            "closes" => OriginReply.Object(1, 100) with { ClosesInsteadOfAnswering = true },
            _ => OriginReply.Error(int.Parse(fault)),
        });
        second.On("/a", OriginReply.Text("from the second"));
        Assert.Equal("from the second", (await RawHttp.GetAsync(sluice.EdgeAddress, "/a")).Text);
        Assert.Equal("HIT", (await sluice.Edge.AskAsync("/a")).CacheStatus);
    }

    [Fact]
    public async Task Get_TheOneThatMayHaveItFails_IsNot404()
    {
        first.On("/b", OriginReply.Error(503));
        Assert.Equal(503, (await RawHttp.GetAsync(sluice.EdgeAddress, "/b")).Status);
    }

    [Fact]
    public async Task Get_FirstFailsAgainAndAgain_IsLeftAloneAndThenTried()
    {
        await first.GoDownAsync();
        for (var i = 0; i < 6; i++)
        {
            second.On($"/c{i}", OriginReply.Object(1, 100));
            Assert.Equal(200, (await sluice.Edge.AskAsync($"/c{i}")).Status);
        }

        Assert.Equal("open", await CircuitAsync(first));
        Assert.Equal("closed", await CircuitAsync(second));
        Assert.Contains($"sluice_origin_circuit{{", await sluice.Api.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.True(await sluice.SaysAsync("is left alone for 2 s"), sluice.Log);
        Assert.Matches("rest +http.+ +open", (await sluice.RunAsync("stats")).Output);

        first.GoUp();
        first.On("/d", OriginReply.Object(2, 100));
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            await sluice.Edge.AskAsync($"/d?{Guid.NewGuid()}");
            return await CircuitAsync(first) == "closed";
        }, TimeSpan.FromSeconds(20)));
        Assert.NotEmpty(first.CallsOf("/d"));
    }

    [Fact]
    public async Task Serve_RoutesWithMistakes_ListsThemAll()
    {
        var file = folder.Write("bad.json", """
            { "edge": { "trustedProxies": ["10.0.0.300"], "purge": { "from": ["here"], "token": "short" }, "tls": { "key": "none.pem" } },
              "routes": [ { "pattern": "nowhere", "cache": false, "circuit": { "failures": "x", "pause": "0s" }, "origins": [ "/", { "url": "http://a/", "headers": { "Host": "b", "X-A": "ü" } } ] } ] }
            """);
        var result = await SluiceProgram.RunAsync("serve", "--config", file);
        Assert.Equal(2, result.ExitCode);
        foreach (var expected in (string[])["edge.trustedProxies", "edge.purge.from", "edge.purge.token", "edge.tls.certificate", "edge.tls.key: there is no file", "routes[0].pattern", "routes[0].cache", "circuit.failures", "circuit.pause", "field Host", "field X-A"])
            Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    private async Task<string> CircuitAsync(FaultyOrigin origin)
    {
        var stats = await sluice.ApiJsonAsync("/v1/cache/stats");
        return stats["origins"]!.AsArray().Single(o => (string)o!["route"]! == "rest" && (string)o["origin"]! == origin.Address)!["circuit"]!.GetValue<string>();
    }
}
