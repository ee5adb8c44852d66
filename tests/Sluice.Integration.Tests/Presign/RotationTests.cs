using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Sluice.Integration.Tests.S3;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Presign;

/// <summary>PRE-18, TAG-10: keys change while viewers go on, and none of them meets a 403.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private readonly TemporaryFolder folder = new();
    private readonly string bucket = "rotation-" + Guid.NewGuid().ToString("N")[..10];
    private S3Bed bed = null!;

    public async ValueTask InitializeAsync()
    {
        bed = await S3Bed.GetAsync();
        await bed.Client.PutBucketAsync(bucket);
        for (var i = 0; i < 30; i++)
            await bed.Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = $"{i}.bin", InputStream = new MemoryStream(S3Bed.Content($"{i}")), UseChunkEncoding = false });
        // The second key belongs to another account; a wrong signature is refused all the same.
        await bed.Client.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{{bucket}}/*"}]}""",
        });
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rotate_WhileViewersAsk_ChangesTheKeyWithoutASingle403()
    {
        var (oldKey, newKey) = (bed.Server.AccessKey, Environment.GetEnvironmentVariable("S3_STRANGER_ACCESS_KEY")!);
        WriteKey(oldKey, bed.Server.SecretKey);
        var cache = folder.Path + "/cache";
        await using (var before = await ServeAsync(cache))
            for (var i = 0; i < 30; i++) Assert.Contains(oldKey, await UrlAsync(before, i), StringComparison.Ordinal);
        // Twenty are known to the store alone, ten to memory as well.
        await using var sluice = await ServeAsync(cache);
        for (var i = 0; i < 10; i++) await UrlAsync(sluice, i);
        // Writes to a store that is slow for a moment are given up; thirty on a machine with nothing else to do.
        var stored = await StoredAsync(sluice);
        Assert.InRange(stored, 11, 30);

        using var stop = new CancellationTokenSource();
        var viewers = Enumerable.Range(0, 4).Select(viewer => Task.Run(async () =>
        {
            var (asked, statuses) = (0, new HashSet<HttpStatusCode>());
            for (; !stop.IsCancellationRequested; asked++)
            {
                using var answer = await http.GetAsync(await UrlAsync(sluice, (asked + viewer) % 10), CancellationToken.None);
                statuses.Add(answer.StatusCode);
            }
            return (asked, statuses);
        })).ToArray();

        Assert.False((bool)(await RotateAsync(sluice))["rotated"]!, "nothing had changed");
        WriteKey(newKey, "not-its-secret");
        var refused = await RotateAsync(sluice);
        Assert.False((bool)refused["rotated"]!, "a key that does not work took over");
        Assert.Contains("refused", (string)refused["reason"]!, StringComparison.Ordinal);
        Assert.Contains(oldKey, await UrlAsync(sluice, 0), StringComparison.Ordinal);

        WriteKey(newKey, Environment.GetEnvironmentVariable("S3_STRANGER_SECRET_KEY")!);
        var done = await RotateAsync(sluice);
        Assert.True((bool)done["rotated"]!, (string)done["reason"]!);
        Assert.Equal((10, 0), ((int)done["resigned"]!, (int)done["refused"]!));
        // Those signed again replace the old ones in the store, before or after these are purged.
        Assert.InRange((int)done["purged"]!, stored - 10, stored);
        Assert.InRange((int)done["probed"]!, 10, 11);
        for (var i = 0; i < 30; i++) Assert.Contains(newKey, await UrlAsync(sluice, i), StringComparison.Ordinal);

        await stop.CancelAsync();
        foreach (var (asked, statuses) in await Task.WhenAll(viewers))
        {
            Assert.Equal([HttpStatusCode.OK], statuses);
            Assert.True(asked > 0);
        }
        Assert.True(await sluice.SaysAsync("presigned_url_rotation"), sluice.Log);
        Assert.DoesNotContain("Signature", sluice.Log, StringComparison.Ordinal);
    }

    private void WriteKey(string access, string secret) =>
        folder.Write("credentials", $"[rotating]\naws_access_key_id = {access}\naws_secret_access_key = {secret}\n");

    private static async Task<string> UrlAsync(SluiceProcess sluice, int i) => (string)(await sluice.ApiJsonAsync($"/v1/presign/{i}.bin"))["url"]!;

    private static async Task<int> StoredAsync(SluiceProcess sluice) => (await sluice.Api.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
        .Where(line => line.StartsWith("sluice_kv_entries{", StringComparison.Ordinal) && line.Contains("presign", StringComparison.Ordinal)).Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    private static async Task<JsonNode> RotateAsync(SluiceProcess sluice)
    {
        var answer = await sluice.Api.AskAsync(HttpMethod.Post, "/v1/presign/rotate");
        Assert.Equal(200, answer.Status);
        return JsonNode.Parse(answer.Text)!["remote"]!;
    }

    private Task<SluiceProcess> ServeAsync(string cache) => SluiceProcess.StartAsync(new SluiceProcessOptions
    {
        CacheDirectory = cache,
        Origin = $"s3://{bucket}",
        Arguments = ["--endpoint", bed.Server.Endpoint.ToString(), "--region", bed.Server.Region, "--profile", "rotating"],
        Environment = new Dictionary<string, string> { ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(folder.Path, "credentials"), ["AWS_EC2_METADATA_DISABLED"] = "true" },
    });
}
