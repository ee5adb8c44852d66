using System.Text.Json.Nodes;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Two servers on one Redis: what either is asked of one of them, or of both, is the traffic that was made on them.</summary>
public sealed class NodeViewTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly List<SluiceProcess> nodes = [];
    private RedisServer redis = null!;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisServer.StartAsync();
        folder.Write("a.bin", new byte[10_000]);
        folder.Write("b.bin", new byte[20_000]);
        foreach (var name in (string[])["left", "right"])
            nodes.Add(await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Arguments = ["--redis", redis.Address], Environment = new Dictionary<string, string> { ["SLUICE__Monitoring__Node"] = name } }));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        await redis.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Summary_OfOneNodeAndOfAll_IsTheTrafficMadeOnThem()
    {
        var (left, right) = (nodes[0], nodes[1]);
        for (var i = 0; i < 10; i++) await left.Edge.GetByteArrayAsync(new Uri("/a.bin", UriKind.Relative), TestContext.Current.CancellationToken); // a miss, 9 hits
        for (var i = 0; i < 40; i++) await right.Edge.GetByteArrayAsync(new Uri("/b.bin", UriKind.Relative), TestContext.Current.CancellationToken); // a miss, 39 hits

        foreach (var asked in nodes)
        {
            Assert.True(await Eventually.HoldsAsync(async () => Requests(await SummaryAsync(asked, "all"), "hit") == 48, NodeSet.Soon), $"{await SummaryAsync(asked, "all")}");
            var all = (await SummaryAsync(asked, "all"))!;
            Assert.Equal(("2 nodes", "all"), ((string)all["node"]!, (string)all["selected"]!));
            Assert.Equal(["left", "right"], all["nodes"]!.AsArray().Select(one => (string)one!["name"]!).Order());
            Assert.Equal((2, "870.0KB"), (Requests(all, "miss"), Share(all, "outcomes", "hit")["bytesText"]!.GetValue<string>()));
            Assert.Equal((48, 2), ((int)Share(all, "tiers", "memory")["requests"]!, (int)Share(all, "tiers", "origin")["requests"]!));
            Assert.Equal(("96.0%", 19), ((string)all["scopes"]![0]!["cache"]![0]!["text"]!, (int)all["scopes"]![0]!["cache"]![0]!["bar"]!));
            Assert.Equal((9, 1), Counts(await SummaryAsync(asked, "left")));
            Assert.Equal((39, 1), Counts(await SummaryAsync(asked, "right")));
        }

        var trend = await TrendAsync(left, "all");
        Assert.True(await Eventually.HoldsAsync(async () => (await TrendAsync(left, "all"))["hitRate"]!.AsArray().LastOrDefault(rate => rate is not null)?.GetValue<double>() == 96, NodeSet.Soon), trend.ToString());
        Assert.Contains(trend["marks"]!.AsArray(), mark => ((string)mark!["text"]!).StartsWith("Started", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Node_ThatStopped_IsGoneFromTheChoice_AndOneThatIsNoneIsRefused()
    {
        Assert.True(await Eventually.HoldsAsync(async () => (await SummaryAsync(nodes[0], ""))?["nodes"]?.AsArray().Count == 2, NodeSet.Soon));
        using var refused = await nodes[0].Api.GetAsync(new Uri("/v1/monitoring/summary?node=middle", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        await nodes[1].StopAsync();
        Assert.True(await Eventually.HoldsAsync(async () => (await SummaryAsync(nodes[0], ""))?["nodes"]?.AsArray().Count == 0, NodeSet.Soon));
        Assert.Equal("left", (string)(await SummaryAsync(nodes[0], "all"))!["node"]!);
    }

    [Fact]
    public async Task Summary_WhileRedisIsGone_IsThisNodes()
    {
        Assert.True(await Eventually.HoldsAsync(async () => (await SummaryAsync(nodes[0], ""))?["nodes"]?.AsArray().Count == 2, NodeSet.Soon));
        await nodes[0].Edge.GetByteArrayAsync(new Uri("/a.bin", UriKind.Relative), TestContext.Current.CancellationToken);
        await redis.KillAsync();
        Assert.True(await Eventually.HoldsAsync(async () => (await SummaryAsync(nodes[0], "all"))?["nodes"]?.AsArray().Count == 0, NodeSet.Soon));
        Assert.Equal(1, Requests(await SummaryAsync(nodes[0], "all"), "miss"));
    }

    private static (int Hits, int Misses) Counts(JsonNode? summary) => (Requests(summary, "hit"), Requests(summary, "miss"));

    private static int Requests(JsonNode? summary, string outcome) => summary is null ? -1 : (int)Share(summary, "outcomes", outcome)["requests"]!;

    private static JsonNode Share(JsonNode summary, string group, string name) => summary[group]!.AsArray().Single(one => (string)one!["name"]! == name)!;

    /// <summary>The summary; null while monitoring has not begun.</summary>
    private static async Task<JsonNode?> SummaryAsync(SluiceProcess node, string of)
    {
        using var answer = await node.Api.GetAsync(new Uri("/v1/monitoring/summary?node=" + of, UriKind.Relative));
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
    }

    private static async Task<JsonNode> TrendAsync(SluiceProcess node, string of) => await node.ApiJsonAsync("/v1/monitoring/trend?node=" + of);
}
