using System.Net;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Issue 8 and rows CAT-03 to CAT-15, KEY-12, OPS-10: two servers and a worker on PostgreSQL, Redis and a bucket, and what becomes of them without Redis.</summary>
public sealed class SharedCatalogTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Video_OnNodesThatShareARedis_IsCachedOnceAndReplacedOnEveryNode()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var cluster = await CatalogCluster.MakeAsync(postgres, redis);
        var (one, two) = (await cluster.ServerAsync(), await cluster.ServerAsync());
        await cluster.WorkerAsync();
        var (first, second) = (new CatalogClient(one), new CatalogClient(two));
        var id = await first.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false));
        // On the node that made the change the next read sees it.
        Assert.Contains((string?)(await first.GetAsync(id))["status"], (string[])["PROCESSING", "READY"]);
        var path = await first.ReadyAsync(id);
        Assert.Equal(path, await second.ReadyAsync(id));

        // The copy one node made is the other's: neither asks the database, and redis-cli shows it.
        Assert.True(await Eventually.HoldsAsync(async () => (await redis.CliAsync("--scan", "--pattern", $"*video:{id}")).Length > 0, Patience));
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            // Each node voids copies once more when the event of the change comes round; after that nothing is asked.
            var before = await SelectsAsync(one, two);
            for (var i = 0; i < 10; i++) Assert.Equal(("READY", "READY"), ((string?)(await first.GetAsync(id))["status"], (string?)(await second.GetAsync(id))["status"]));
            return await SelectsAsync(one, two) == before;
        }, Patience));

        var manifest = "";
        foreach (var node in (SluiceProcess[])[one, two])
        {
            Assert.True(await Eventually.HoldsAsync(async () => (await node.Edge.AskAsync(path)).Status == 200, Patience));
            Assert.True(await Eventually.HoldsAsync(async () => (await node.Edge.AskAsync(path)) is { CacheStatus: "HIT" } hit && (manifest = hit.Text).Length > 0, Patience));
        }
        Assert.Equal(HttpStatusCode.Accepted, (await second.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/reprocess")).Status);
        await second.ReadyAsync(id);
        foreach (var node in (SluiceProcess[])[one, two])
            Assert.True(await Eventually.HoldsAsync(async () => (await node.Edge.AskAsync(path)).Text is var text && text != manifest && text.Contains("#EXTM3U", StringComparison.Ordinal), Patience));

        // The second encode had its source from the worker's download cache.
        var said = "";
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            said = (await SluiceProgram.RunAsync(["cache", "stats", "--json", "--cache-dir", cluster.Downloads], cluster.Environment)).ToString();
            return said.Contains("\"hits\": 1,", StringComparison.Ordinal) && said.Contains("\"misses\": 1,", StringComparison.Ordinal);
        }, Patience), said);
    }

    [Fact]
    public async Task Redis_Killed_VideosAreMadeAndServedFromTheDatabase()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var cluster = await CatalogCluster.MakeAsync(postgres, redis);
        var (one, two) = (await cluster.ServerAsync(), await cluster.ServerAsync());
        await cluster.WorkerAsync();
        var (first, second) = (new CatalogClient(one), new CatalogClient(two));
        var (id, url) = await first.CreateAsync();
        await second.GetAsync(id);

        await redis.KillAsync();

        var before = await SelectsAsync(two);
        Assert.Equal("PENDING_UPLOAD", (string?)(await second.GetAsync(id))["status"]);
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            await second.GetAsync(id);
            return await SelectsAsync(two) > before;
        }, Patience));
        using var http = new HttpClient();
        using var put = await http.PutAsync(url, new ByteArrayContent(await File.ReadAllBytesAsync(await TestClip.MakeAsync(320, 240, 2, sound: false))));
        Assert.True(put.IsSuccessStatusCode);
        await first.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process");
        var path = await second.ReadyAsync(id);
        Assert.True(await Eventually.HoldsAsync(async () => (await two.Edge.AskAsync(path)).Status == 200, Patience));

        // Back, and empty: what is stored from now on is current.
        await redis.StartAgainAsync();
        await first.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}");
        Assert.True(await Eventually.HoldsAsync(async () => (await second.SendAsync(HttpMethod.Get, $"/v1/videos/{id}")).Status == HttpStatusCode.NotFound, Patience));
        var (other, _) = await first.CreateAsync();
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            await second.GetAsync(other);
            return (await redis.CliAsync("--scan", "--pattern", $"*video:{other}")).Length > 0;
        }, Patience));
    }

    // A server has a worker of its own unless it is told otherwise: it took the videos that others could have transcoded, and failed them all.
    [Fact]
    public async Task Server_WithoutFfmpeg_LeavesVideosToOthers()
    {
        Require.Command("ffmpeg");
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["SLUICE__Catalog__Database"] = await postgres.CreateDatabaseAsync(), ["SLUICE__Catalog__Store__Folder"] = folder.FileOf("media/x")[..^2] };
        await using var server = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = folder.Path, Arguments = ["--catalog", folder.FileOf("server/x")[..^2]], Environment = new Dictionary<string, string>(environment) { ["PATH"] = folder.Path },
        });
        var client = new CatalogClient(server);
        var id = await client.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false));
        Assert.True(await server.SaysAsync("No video is transcoded here until this is started with ffmpeg on the PATH"));

        await using var worker = await SluiceWorker.StartAsync(["--catalog", folder.FileOf("worker/x")[..^2]], environment);
        await client.ReadyAsync(id);
    }

    private static async Task<double> SelectsAsync(params SluiceProcess[] nodes)
    {
        var sum = 0.0;
        foreach (var node in nodes) sum += await new CatalogClient(node).CounterAsync("sluice_catalog_db_queries_total", "query_type=\"select\"", "table=\"videos\"");
        return sum;
    }
}
