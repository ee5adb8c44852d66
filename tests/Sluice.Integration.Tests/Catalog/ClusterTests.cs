using Amazon.S3.Model;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Issue 8: the same program with PostgreSQL and S3 by configuration alone; two servers, workers of their own, a database that goes away.</summary>
public sealed class ClusterTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Video_OverTwoServersAWorkerAndABucket_PlaysOnBothAndIsReplacedOnBoth()
    {
        await using var cluster = await CatalogCluster.MakeAsync(postgres);
        // Clients reach the bucket's server under another address than this program does (row U109).
        await using var outside = await Nginx.StartAsync($"location / {"{"} proxy_pass {cluster.Bed.Server.Endpoint.GetLeftPart(UriPartial.Authority)}; proxy_set_header Host $http_host; {"}"}");
        cluster.Environment["SLUICE__Catalog__UploadEndpoint"] = outside.Address.ToString();
        var (bed, one, two) = (cluster.Bed, await cluster.ServerAsync(), await cluster.ServerAsync());
        await cluster.WorkerAsync();
        var (first, second) = (new CatalogClient(one), new CatalogClient(two));

        // Straight into the bucket, by a URL valid for fifteen minutes.
        var (id, url) = await first.CreateAsync("Clip", "my clip ü.mp4");
        Assert.Equal(outside.Address.Authority, url.Authority);
        Assert.Contains("X-Amz-Expires=900", url.Query, StringComparison.Ordinal);
        using var http = new HttpClient();
        using var put = await http.PutAsync(url, new ByteArrayContent(await File.ReadAllBytesAsync(await TestClip.MakeAsync(320, 240, 2, sound: false))));
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        // The other server has the row in its cache by now.
        Assert.Equal("PENDING_UPLOAD", (string?)(await second.GetAsync(id))["status"]);
        Assert.Equal(404, (await two.Edge.AskAsync($"/hls/{id}/master.m3u8")).Status);
        await first.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process");

        var path = await second.ReadyAsync(id);
        await first.ReadyAsync(id);
        string? before = null;
        foreach (var sluice in (SluiceProcess[])[one, two])
        {
            // What was remembered of the time before is purged by the event, a moment after.
            Assert.True(await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync(path)).Status == 200, Patience));
            before = (await sluice.Edge.AskAsync(path)).Text;
        }
        var types = await bed.Client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bed.Bucket, Key = $"catalog/hls/{id}/master.m3u8" });
        Assert.Equal("application/vnd.apple.mpegurl", types.Headers.ContentType);

        await second.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/reprocess");
        Assert.True(await Eventually.HoldsAsync(async () => (string?)(await first.GetAsync(id))["status"] == "READY", Patience));
        foreach (var sluice in (SluiceProcess[])[one, two])
            Assert.True(await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync(path)).Text is var text && text != before && text.Contains("#EXTM3U", StringComparison.Ordinal), Patience));

        await first.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}");
        Assert.True(await Eventually.HoldsAsync(async () => (await bed.Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bed.Bucket, Prefix = $"catalog/hls/{id}" })).S3Objects is null or { Count: 0 }, Patience));
        Assert.True(await Eventually.HoldsAsync(async () => (await two.Edge.AskAsync(path)).Status == 404, Patience));
    }

    [Fact]
    public async Task Database_RestartedWhileTranscoding_CostsNothingButTime()
    {
        await using var cluster = await CatalogCluster.MakeAsync(postgres);
        var sluice = await cluster.ServerAsync();
        using var tools = new HeldTools("720p");
        cluster.Environment["PATH"] = tools.SearchPath;
        await cluster.WorkerAsync();
        var catalog = new CatalogClient(sluice);
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(1280, 720, 1, rate: 10));
        Assert.True(await catalog.StageAsync(id, s => s == "720p"));

        await catalog.GetAsync(id);
        await postgres.StopAsync();
        try
        {
            // A row that is in the cache is answered without its database.
            Assert.Equal("PROCESSING", (string?)(await catalog.GetAsync(id))["status"]);
        }
        finally
        {
            await postgres.StartAsync();
            tools.Release();
        }

        await catalog.ReadyAsync(id);
        Assert.Equal(1, (int)(await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body!["attempt"]!);
    }

    [Fact]
    public async Task Database_Away_IsToldAsAnErrorAndTheEdgeServesOn()
    {
        await using var cluster = await CatalogCluster.MakeAsync(postgres);
        cluster.Write("a.txt", "served");
        await postgres.StopAsync();
        try
        {
            // It starts without its database, too.
            var sluice = await cluster.ServerAsync();

            Assert.Equal("served", (await sluice.Edge.AskAsync("/a.txt")).Text);
            var (status, body) = await new CatalogClient(sluice).SendAsync(HttpMethod.Get, $"/v1/videos/{Guid.NewGuid()}");
            Assert.Equal((500, "internal_error"), ((int)status, (string?)body!["error"]));
            Assert.DoesNotContain("sluice@", body.ToJsonString() + sluice.Log, StringComparison.Ordinal);

            await postgres.StartAsync();
            Assert.True(await Eventually.HoldsAsync(async () => (int)(await new CatalogClient(sluice).SendAsync(HttpMethod.Get, $"/v1/videos/{Guid.NewGuid()}")).Status == 404, Patience));
        }
        finally
        {
            await postgres.EnsureStartedAsync();
        }
    }
}
