using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Sluice.Integration.Tests.S3;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>Presigned URLs from the running program: API, edge, origin, restart and rotation, on a real S3 server.</summary>
public sealed class PresignApiTests : IAsyncLifetime
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly TemporaryFolder folder = new();
    private S3Bed bed = null!;

    public async ValueTask InitializeAsync() => bed = await S3Bed.GetAsync();

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Get_Path_IsAUrlThatWorks_OrARedirectToIt()
    {
        await using var sluice = await ServeAsync();
        var answer = await sluice.ApiJsonAsync("/v1/presign/a%20b.mp4");
        var url = (string)answer["url"]!;
        Assert.Equal(S3Bed.Content("a b.mp4"), await http.GetByteArrayAsync(url, TestContext.Current.CancellationToken));
        Assert.Equal(("/a b.mp4", "GET"), ((string)answer["path"]!, (string)answer["method"]!));
        Assert.True((DateTimeOffset)answer["expiresAt"]! - TimeProvider.System.GetUtcNow() >= TimeSpan.FromSeconds(350));

        var redirect = await sluice.Api.AskAsync("/v1/presign/a%20b.mp4?redirect=true");
        Assert.Equal((302, url), (redirect.Status, redirect.Header("Location")));
        Assert.StartsWith("private, max-age=", redirect.Header("Cache-Control"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AwkwardPaths_AreTheObjects()
    {
        await using var sluice = await ServeAsync();
        foreach (var key in S3Bed.Keys)
        {
            var answer = await sluice.ApiJsonAsync("/v1/presign/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString)));
            var url = new Uri((string)answer["url"]!, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            Assert.Equal(S3Bed.Content(key), await http.GetByteArrayAsync(url, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("/v1/presign/plain.txt?expires=8d", "1 second to 7 days")]
    [InlineData("/v1/presign/plain.txt?expires=soon", "no validity")]
    [InlineData("/v1/presign/plain.txt?method=DELETE", "cannot be presigned")]
    [InlineData("/v1/presign/plain.txt?region=mars", "no bucket for the region")]
    [InlineData("/v1/presign/", "names no object")]
    public async Task Get_SomethingImpossible_SaysWhy(string target, string reason)
    {
        await using var sluice = await ServeAsync();
        var answer = await sluice.Api.AskAsync(target);
        Assert.Equal(400, answer.Status);
        Assert.Contains(reason, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Amz", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TenThousandPaths_AreSignedInOneAnswerAndTenThousandAndOneRefused()
    {
        await using var sluice = await ServeAsync();
        var paths = Enumerable.Range(0, 10_000).Select(i => $"/videos/{new string('x', 80)}/{i}.mp4").ToArray();
        using var warm = await sluice.Api.PostAsJsonAsync("/v1/presign/warm", new { paths }, TestContext.Current.CancellationToken);
        Assert.True(warm.IsSuccessStatusCode, await warm.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var report = JsonNode.Parse(await warm.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((HttpStatusCode.OK, 10_000, 0), (warm.StatusCode, (int)report["ready"]!, (int)report["failed"]!));

        using var bulk = await sluice.Api.PostAsJsonAsync("/v1/presign", new { paths = paths.Append("").Skip(1) }, TestContext.Current.CancellationToken);
        var urls = JsonNode.Parse(await bulk.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((10_000, 1), (urls["urls"]!.AsArray().Count, (int)urls["failed"]!));
        Assert.NotNull(urls["urls"]![9_999]!["error"]);

        using var more = await sluice.Api.PostAsJsonAsync("/v1/presign", new { paths = paths.Append("/one") }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
        var counts = (await sluice.ApiJsonAsync("/v1/cache/stats"))["presign"]!["remote"]!;
        // A few keys begin a new period in the second between the two.
        Assert.True((long)counts["hits"]! > 9_900 && (double)counts["hitRate"]! > 49, counts.ToJsonString());
        var metrics = await sluice.Api.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("sluice_presign_signatures_total{", metrics, StringComparison.Ordinal);
        Assert.Contains("sluice_presign_generation_seconds_bucket{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("videos/", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/presign", """{"paths": null}""", 400, "not 0")]
    [InlineData("/v1/presign/warm", """{"paths": null}""", 400, "not 0")]
    [InlineData("/v1/presign", """{"paths": [null], "method": null, "expires": null, "region": null, "query": null}""", 200, "names no object")]
    [InlineData("/v1/presign/warm", """{"paths": [null], "query": null}""", 200, "names no object")]
    [InlineData("/v1/presign", """{"paths": ["/a"], "query": {"versionId": null}}""", 400, "must be one line")]
    public async Task Post_Nulls_AreNothing(string target, string body, int status, string reason)
    {
        await using var sluice = await ServeAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await sluice.Api.PostAsync(new Uri(target, UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_KeepsTheUrls()
    {
        var cache = folder.Path;
        string[] freshly = ["--config", folder.Write("fresh.json", """{ "presign": { "stable": false } }""")];
        string first;
        await using (var before = await ServeAsync(freshly, cache))
        {
            first = (string)(await before.ApiJsonAsync("/v1/presign/plain.txt"))["url"]!;
            // Stopped, not killed: URLs are written behind the answers that hand them out.
            await before.StopAsync();
        }

        if (!OperatingSystem.IsWindows()) foreach (var file in Directory.GetFiles(cache, "kv.db*")) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await Eventually.PassAsync(TimeSpan.FromSeconds(1.1));
        await using var after = await ServeAsync(freshly, cache);
        Assert.Equal(first, (string)(await after.ApiJsonAsync("/v1/presign/plain.txt"))["url"]!);
    }

    [Fact]
    public async Task Command_WithoutAServer_PrintsTheUrlThatTheServerHandsOut()
    {
        await using var sluice = await ServeAsync();
        var served = (string)(await sluice.ApiJsonAsync("/v1/presign/plain.txt"))["url"]!;
        string[] arguments = ["presign", $"s3://{bed.Bucket}/plain.txt", "--endpoint", bed.Server.Endpoint.ToString(), "--region", bed.Server.Region];
        var printed = await SluiceProgram.RunAsync(arguments, Credentials());
        Assert.Equal((0, served + "\n"), (printed.ExitCode, printed.Output.ReplaceLineEndings("\n")));
        Assert.Equal(S3Bed.Content("plain.txt"), await http.GetByteArrayAsync(printed.Output.Trim(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Get_Region_IsTheReplicasUrl_AsTheCommandPrintsIt() // PRE-17
    {
        var replica = "replica-" + Guid.NewGuid().ToString("N")[..8];
        await bed.Client.PutBucketAsync(replica, TestContext.Current.CancellationToken);
        await bed.Client.PutObjectAsync(new PutObjectRequest { BucketName = replica, Key = "deep/plain.txt", InputStream = new MemoryStream(S3Bed.Content("of the replica")), UseChunkEncoding = false }, TestContext.Current.CancellationToken);
        var config = folder.Write("regions.json", $$"""
            { "routes": [{ "origins": [{ "s3": { "bucket": "{{bed.Bucket}}", "prefix": "deep", "endpoint": "{{bed.Server.Endpoint}}", "region": "{{bed.Server.Region}}" } }] }],
              "presign": { "regions": [{ "region": "us-west-9", "bucket": "{{replica}}", "endpoint": "{{bed.Server.Endpoint}}" }] } }
            """);
        await using var sluice = await ServeAsync(["--config", config], origin: null);
        var own = (string)(await sluice.ApiJsonAsync("/v1/presign/plain.txt"))["url"]!;
        Assert.Equal(own, (string)(await sluice.ApiJsonAsync($"/v1/presign/plain.txt?region={bed.Server.Region}"))["url"]!);
        var url = (string)(await sluice.ApiJsonAsync("/v1/presign/plain.txt?region=us-west-9"))["url"]!;
        Assert.Contains("%2Fus-west-9%2Fs3%2F", url, StringComparison.Ordinal);
        Assert.Equal(S3Bed.Content("of the replica"), await http.GetByteArrayAsync(url, TestContext.Current.CancellationToken));

        using var bulk = await sluice.Api.PostAsJsonAsync("/v1/presign", new { paths = new[] { "/plain.txt" }, region = "us-west-9" }, TestContext.Current.CancellationToken);
        Assert.Equal(url, (string)JsonNode.Parse(await bulk.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["urls"]![0]!["url"]!);
        var unknown = await sluice.Api.AskAsync("/v1/presign/plain.txt?region=mars");
        Assert.Equal(400, unknown.Status);
        Assert.Contains($"known are {bed.Server.Region}, us-west-9", unknown.Text, StringComparison.Ordinal);

        var printed = await SluiceProgram.RunAsync(["presign", $"s3://{replica}/deep/plain.txt", "--endpoint", bed.Server.Endpoint.ToString(), "--region", "us-west-9"], Credentials());
        Assert.Equal((0, url + "\n"), (printed.ExitCode, printed.Output.ReplaceLineEndings("\n")));
    }

    [Fact]
    public async Task Edge_RouteThatRedirects_SendsTheViewerToTheBucket()
    {
        var config = folder.Write("redirect.json", $$"""
            { "routes": [{ "pattern": "/*", "redirect": true, "origins": [{ "s3": { "bucket": "{{bed.Bucket}}", "endpoint": "{{bed.Server.Endpoint}}", "region": "{{bed.Server.Region}}" } }] }] }
            """);
        await using var sluice = await ServeAsync(["--config", config], origin: null);
        using var viewer = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = sluice.EdgeAddress };
        foreach (var _ in new[] { 1, 2 })
        {
            var answer = await viewer.AskAsync("/a%20b.mp4");
            Assert.Equal(302, answer.Status);
            Assert.Equal(S3Bed.Content("a b.mp4"), await http.GetByteArrayAsync(answer.Header("Location"), TestContext.Current.CancellationToken));
            Assert.StartsWith("private, max-age=", answer.Header("Cache-Control"), StringComparison.Ordinal);
        }
        Assert.Equal(405, (await viewer.AskAsync(HttpMethod.Post, "/a%20b.mp4")).Status);
        Assert.DoesNotContain("X-Amz", sluice.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edge_OriginsByPresignedUrl_ServeRemoteAndFallback() // PRE-08, PRE-09, U067
    {
        var other = "fallback-" + Guid.NewGuid().ToString("N")[..8];
        await bed.Client.PutBucketAsync(other, TestContext.Current.CancellationToken);
        await bed.Client.PutObjectAsync(new PutObjectRequest { BucketName = other, Key = "only here.bin", InputStream = new MemoryStream(S3Bed.Content("x")), UseChunkEncoding = false }, TestContext.Current.CancellationToken);
        var at = $$""" "endpoint": "{{bed.Server.Endpoint}}", "region": "{{bed.Server.Region}}", "presigned": true """;
        var config = folder.Write("presigned.json", $$"""
            { "routes": [{ "origins": [{ "s3": { "bucket": "{{bed.Bucket}}", {{at}} } }, { "s3": { "bucket": "{{other}}", {{at}} } }] }] }
            """);
        await using var sluice = await ServeAsync(["--config", config], origin: null);
        Assert.Equal(S3Bed.Content("a+b.mp4"), (await sluice.Edge.AskAsync("/a%2Bb.mp4")).Body);
        Assert.Equal("HIT", (await sluice.Edge.AskAsync("/a%2Bb.mp4")).CacheStatus);
        Assert.Equal(S3Bed.Content("x"), (await sluice.Edge.AskAsync("/only%20here.bin")).Body);
        Assert.Equal(404, (await sluice.Edge.AskAsync("/nowhere")).Status);
        var metrics = await sluice.Api.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("sluice_presign_signatures_total{origin=\"remote\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("sluice_presign_signatures_total{origin=\"fallback\"} ", metrics, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Credentials() => new()
    {
        ["AWS_ACCESS_KEY_ID"] = bed.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = bed.Server.SecretKey, ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    private Task<SluiceProcess> ServeAsync(string[]? arguments = null, string? cache = null) => ServeAsync(arguments ?? [], $"s3://{bed.Bucket}", cache);

    private Task<SluiceProcess> ServeAsync(string[] arguments, string? origin, string? cache = null) => SluiceProcess.StartAsync(new SluiceProcessOptions
    {
        Origin = origin, CacheDirectory = cache, Environment = Credentials(),
        Arguments = origin is null ? arguments : ["--endpoint", bed.Server.Endpoint.ToString(), "--region", bed.Server.Region, "--log-level", "debug", .. arguments],
    });
}
