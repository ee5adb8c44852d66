using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Integration.Tests.Catalog;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Rows of the catalog through Redis (rows CAT-07, CAT-08, CFG-16), and the names that all keys have (row OPS-10).</summary>
public sealed partial class SharedRowsTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Row_ReadOnOneNode_IsAHitOnTheOther_AndIsReadWithoutRedisToo()
    {
        var environment = new Dictionary<string, string> { ["SLUICE__Catalog__Database"] = await postgres.CreateDatabaseAsync(), ["SLUICE__Catalog__Workers"] = "0" };
        await using var set = await NodeSet.StartAsync(2, await RedisServer.StartAsync(), environment: environment);
        var (first, second) = (new CatalogClient(set.Nodes[0]), new CatalogClient(set.Nodes[1]));
        var (id, _) = await first.CreateAsync("Shared");
        // A store that is slow for a moment is passed by.
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            await first.GetAsync(id);
            return (await set.Redis.CliAsync("exists", "video:" + id)) == "1";
        }, NodeSet.Soon));
        Assert.Equal("Shared", (string?)JsonNode.Parse(await set.Redis.CliAsync("--raw", "get", "video:" + id))!["title"]);
        Assert.InRange(int.Parse(await set.Redis.CliAsync("ttl", "video:" + id), System.Globalization.CultureInfo.InvariantCulture), 200, 300);

        await postgres.StopAsync();
        try
        {
            Assert.True(await Eventually.HoldsAsync(async () => (int)(await second.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status == 200, NodeSet.Soon), set.Nodes[1].Log);
        }
        finally
        {
            await postgres.StartAsync();
        }

        await CheckNamesAsync(set);
        await set.Redis.KillAsync();
        foreach (var client in (CatalogClient[])[first, second]) Assert.Equal("Shared", (string?)(await client.GetAsync(id))["title"]);
        Assert.Equal(200, (int)(await first.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status);
    }

    /// <summary>Every key in Redis is one that docs/many-nodes.md tells of, and those that hold data have a lifetime.</summary>
    private static async Task CheckNamesAsync(NodeSet set)
    {
        set.Origin.On("/a.mp4", OriginReply.Object(1, 5000) with { CacheControl = "max-age=600", Headers = [new("Cache-Tag", "tagged")] });
        await set.Nodes[0].Edge.AskAsync("/a.mp4");
        Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.StatisticAsync(set.Nodes[0], "sharedStored") == 1, NodeSet.Soon));
        await NodesTests.PurgeAsync(set.Nodes[0], new { url = "/nothing" });
        var keys = JsonNode.Parse(await set.Redis.CliAsync("--json", "keys", "*"))!.AsArray().Select(key => (string)key!).ToList();
        var documented = Name().Matches(await File.ReadAllTextAsync(Path.Combine(SluiceProgram.Repository, "docs", "many-nodes.md"))).Select(match => match.Groups[1].Value).ToHashSet();
        var forms = documented.ToDictionary(form => form, form => new Regex("^" + Field().Replace(Regex.Escape(form), ".+") + "$", RegexOptions.Singleline));
        foreach (var key in keys)
        {
            Assert.True(forms.Values.Any(form => form.IsMatch(key)), $"{key} is none of {string.Join(", ", documented)}");
            // What belongs to a namespace as a whole stays as long as the namespace.
            if (!key.StartsWith("sluice.", StringComparison.Ordinal)) Assert.InRange(long.Parse(await set.Redis.CliAsync("ttl", key), System.Globalization.CultureInfo.InvariantCulture), 1, 200_000);
        }

        foreach (var begin in (string[])["object:", "video:", "sluice.purges", "sluice.nodes", "sluice.index:", "sluice.used:", "sluice.size:", "sluice.tag:"])
            Assert.Contains(keys, key => key.StartsWith(begin, StringComparison.Ordinal));
    }

    [GeneratedRegex("`((?:object|video|presigned|sluice)[.:][^` ]*(?: [^` ]+)?)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\\\{[A-Za-z]+}")]
    private static partial Regex Field();
}
