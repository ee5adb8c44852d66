using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Sluice.Integration.Tests.Catalog;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Row OPS-09: what eng/compose.yaml says works. No containers here: its commands, variables and nginx.conf run as processes, with other addresses and nothing else changed.</summary>
public sealed partial class ComposeTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly ComposeFile Compose = ComposeFile.Read();

    [Fact]
    public void Services_AllHaveHealthChecks_AndWaitForWhatTheyNeed()
    {
        Assert.Equal(["api", "buckets", "edge1", "edge2", "nginx", "postgres", "redis", "s3", "worker"], Compose.Services.Keys.Order());
        foreach (var (name, service) in Compose.Services)
        {
            // What ends by itself has no health, but an end.
            Assert.True(name == "buckets" || service.HealthTest.Count > 1, $"{name} has no health check");
            Assert.All(service.Needs, need => Assert.True(Compose.Services.ContainsKey(need.Key) && need.Value == (need.Key == "buckets" ? "service_completed_successfully" : "service_healthy"), $"{name} needs {need}"));
        }

        Assert.Equal(Compose.Services["edge1"].Command, Compose.Services["edge2"].Command);
        foreach (var name in (string[])["api", "worker", "edge1", "edge2"])
        {
            Assert.Equal(["buckets", "postgres", "redis"], Compose.Services[name].Needs.Keys.Order());
            // One installation: what one may use, all may.
            Assert.Equal(Compose.Services["edge1"].Environment, Compose.Services[name].Environment);
        }

        Assert.Equal(["s3"], Compose.Services["buckets"].Needs.Keys);
        Assert.Equal(["mc", "mb", "--ignore-existing", "s3/media", "s3/" + Compose.Services["api"].Environment["SLUICE__Catalog__Store__S3__Bucket"]], Compose.Services["buckets"].EntryPoint);
        Assert.Equal(["worker"], Compose.Services["worker"].Command);
        Assert.Equal(["serve", "--workers", "0", "--edge", "0.0.0.0:8081", "--api", "0.0.0.0:8080", "--cache-dir", "/var/cache/sluice"], Compose.Services["api"].Command);
        Assert.Equal(["edge1", "edge2"], Compose.Services["nginx"].Needs.Keys.Order());
        // Only viewers come from outside.
        Assert.All(Compose.Services.Where(pair => pair.Key != "nginx").SelectMany(pair => pair.Value.Ports), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Topology_AsProcesses_ServesThroughNginxAndOutlivesAnEdge()
    {
        var s3 = Require.S3();
        using var client = new AmazonS3Client(new BasicAWSCredentials(s3.AccessKey, s3.SecretKey), new AmazonS3Config { ServiceURL = s3.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = s3.Region });
        var bucket = "media-" + Guid.NewGuid().ToString("N")[..10];
        await client.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        var body = new byte[300_000];
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "clip.mp4", InputStream = new MemoryStream(body), UseChunkEncoding = false }, TestContext.Current.CancellationToken);

        await client.PutBucketAsync(bucket + "-videos", TestContext.Current.CancellationToken);
        var database = await postgres.CreateDatabaseAsync();
        await using var redis = await RedisServer.StartAsync([.. Settings(Compose.Services["redis"].Command)]);
        var names = new[] { "edge1", "edge2" };
        var edges = new List<SluiceProcess>();
        try
        {
            foreach (var name in names) edges.Add(await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = "s3://" + bucket, Arguments = ["--endpoint", s3.Endpoint.ToString(), "--workers", "0"], Environment = Variables(Compose.Services[name], redis, s3, bucket, database) }));
            foreach (var edge in edges)
            {
                // The health check, at this edge's address; and Redis takes the password.
                var check = new Uri(Compose.Services["edge1"].HealthTest[^1]);
                Assert.True(await Eventually.HoldsAsync(async () => (await edge.Api.AskAsync(check.PathAndQuery)).Text.Contains("\"redis\":\"ok\"", StringComparison.Ordinal), NodeSet.Soon), edge.Log);
            }

            await using var nginx = await Nginx.StartAsync(Inside("server"), Inside("upstream edges", withHead: true));
            using var viewer = new HttpClient { BaseAddress = nginx.Address };
            Assert.Equal(200, (await viewer.AskAsync(new Uri(Compose.Services["nginx"].HealthTest[^1]).PathAndQuery)).Status);
            Assert.Equal(body, (await viewer.AskAsync("/clip.mp4")).Body);
            Assert.Equal("HIT", (await viewer.AskAsync("/clip.mp4")).CacheStatus);
            await PlayAsync(viewer, redis, s3, bucket, database);
            foreach (var edge in edges)
            {
                await edge.StopAsync();
                var answer = await viewer.AskAsync("/clip.mp4");
                Assert.Equal((200, "HIT"), (answer.Status, answer.CacheStatus));
                await edge.StartAsync();
            }
        }
        finally
        {
            foreach (var edge in edges) await edge.DisposeAsync();
        }

        string Inside(string block, bool withHead = false)
        {
            var text = File.ReadAllText(Path.Combine(ComposeFile.Folder, "compose-nginx.conf"));
            var start = text.IndexOf(block + " {", StringComparison.Ordinal);
            var (open, depth, end) = (text.IndexOf('{', start), 0, 0);
            for (var i = open; end == 0; i++)
            {
                if (text[i] == '{') depth++;
                else if (text[i] == '}' && --depth == 0) end = i;
            }

            var part = withHead ? text[start..(end + 1)] : text[(open + 1)..end];
            part = Listen().Replace(part, "");
            for (var i = 0; i < edges.Count; i++) part = part.Replace($"{names[i]}:8081", edges[i].EdgeAddress.Authority, StringComparison.Ordinal);
            return part;
        }
    }

    // API and worker: a video is uploaded to the bucket, made by the worker, and played through nginx and an edge.
    private static async Task PlayAsync(HttpClient viewer, RedisServer redis, S3Server s3, string bucket, string database)
    {
        Require.Command("ffmpeg");
        var environment = Variables(Compose.Services["api"], redis, s3, bucket, database);
        await using var api = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--workers", "0"], Environment = environment });
        using var folder = new TemporaryFolder();
        await using var worker = await SluiceWorker.StartAsync(["--catalog", folder.FileOf("worker/x")[..^2]], Variables(Compose.Services["worker"], redis, s3, bucket, database));
        api.Api.DefaultRequestHeaders.Authorization = new("Bearer", environment["SLUICE_API_TOKEN"]);
        var catalog = new CatalogClient(api);
        var path = await catalog.ReadyAsync(await catalog.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false)));
        Assert.True(await Eventually.HoldsAsync(async () => (await viewer.AskAsync(path)).Text.Contains("#EXTM3U", StringComparison.Ordinal), NodeSet.Soon));
    }

    // The same variables; hosts, ports, keys and folder are those of this machine.
    private static Dictionary<string, string> Variables(ComposeService service, RedisServer redis, S3Server s3, string bucket, string database)
    {
        var edge = Compose.Services["edge1"];
        Assert.Equal(["serve", "s3://media", "--endpoint", "http://s3:9000", "--workers", "0", "--edge", "0.0.0.0:8081", "--api", "0.0.0.0:8080", "--cache-dir", "/var/cache/sluice"], edge.Command);
        var environment = service.Environment.ToDictionary();
        Assert.Equal(("redis", "6379"), (environment["REDIS_HOST"], environment["REDIS_PORT"]));
        Assert.Equal(Compose.Services["redis"].Environment["REDIS_PASSWORD"], environment["REDIS_PASSWORD"]);
        var server = Compose.Services["postgres"].Environment;
        Assert.Equal($"postgres://{server["POSTGRES_USER"]}:{server["POSTGRES_PASSWORD"]}@postgres/{server["POSTGRES_DB"]}", environment["SLUICE__Catalog__Database"]);
        Assert.Equal("http://s3:9000", environment["SLUICE__Catalog__Store__S3__Endpoint"]);
        (environment["SLUICE__Catalog__Database"], environment["SLUICE__Catalog__Store__S3__Bucket"]) = (database, bucket + "-videos");
        (environment["SLUICE__Catalog__Store__S3__Endpoint"], environment["SLUICE__Catalog__Store__S3__Region"]) = (s3.Endpoint.ToString(), s3.Region);
        Assert.Equal("http://127.0.0.1:9000", environment["SLUICE__Catalog__UploadEndpoint"]);
        environment["SLUICE__Catalog__UploadEndpoint"] = s3.Endpoint.ToString();
        // A cache for the downloads of whoever runs the tests.
        environment["SLUICE__Downloads__Enabled"] = "false";
        Assert.Contains("127.0.0.1:8080", edge.HealthTest[^1], StringComparison.Ordinal);
        (environment["REDIS_HOST"], environment["REDIS_PORT"]) = ("127.0.0.1", redis.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_REGION"]) = (s3.AccessKey, s3.SecretKey, s3.Region);
        return environment;
    }

    // redis-server takes on its command line what its file takes.
    private static IEnumerable<string> Settings(IReadOnlyList<string> command)
    {
        Assert.Equal("redis-server", command[0]);
        for (var i = 1; i < command.Count; i += 2) yield return $"{command[i].TrimStart('-')} {(command[i + 1].Length == 0 ? "\"\"" : command[i + 1])}";
    }

    [GeneratedRegex(@"listen \d+;")]
    private static partial Regex Listen();
}
