using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using Sluice.Integration.Tests.Video;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.S3;

/// <summary>An object of a real bucket changes, the bucket says so, and nothing derived from it is answered as it was: bytes, variants, presigned URLs.</summary>
public sealed class BucketEventServerTests : IAsyncLifetime
{
    private const string Key = "deep/a b+c.mp4";
    private const string Path = "/a%20b%2Bc.mp4";
    private const string Frame = Path + "?mode=frame&width=160&height=90&format=png";
    private readonly TemporaryFolder folder = new();
    private S3Bed bed = null!;

    public async ValueTask InitializeAsync() => bed = await S3Bed.GetAsync();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Notification_OfTheServerItself_InvalidatesEverythingDerived()
    {
        var bucket = await BucketAsync();
        await using var sluice = await ServeAsync(bucket);
        await SubscribeAsync(bucket, new Uri(sluice.ApiAddress, "v1/events/s3"));
        var before = await LookAsync(sluice);

        await PutAsync(bucket, await Clips.ColoursAsync());

        await AssertAnewAsync(sluice, before);
    }

    [Theory]
    [InlineData("""{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-central-1","eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","bucket":{"name":"{0}","arn":"arn:aws:s3:::{0}"},"object":{"key":"deep/a+b%2Bc.mp4","size":1024,"sequencer":"0A1B2C3D4E5F678901"}}}]}""")]
    [InlineData("""{"EventName":"s3:ObjectCreated:Put","Key":"{0}/deep/a b+c.mp4","Records":[{"eventVersion":"2.0","eventSource":"minio:s3","awsRegion":"","eventName":"s3:ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","configurationId":"Config","bucket":{"name":"{0}","ownerIdentity":{"principalId":"minio"},"arn":"arn:aws:s3:::{0}"},"object":{"key":"deep%2Fa+b%2Bc.mp4","eTag":"x","sequencer":"17C2"}},"source":{"host":"127.0.0.1","userAgent":"MinIO"}}]}""")]
    [InlineData("""{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"Object Created","source":"aws.s3","time":"2021-11-12T00:00:00Z","detail":{"version":"0","bucket":{"name":"{0}"},"object":{"key":"deep/a b+c.mp4","size":5,"etag":"x","sequencer":"00"},"reason":"PutObject"}}""")]
    public async Task Notification_AsOthersWriteIt_InvalidatesEverythingDerived(string form)
    {
        var bucket = await BucketAsync();
        await using var sluice = await ServeAsync(bucket);
        var before = await LookAsync(sluice);
        await PutAsync(bucket, await Clips.ColoursAsync());

        using var content = new StringContent(form.Replace("{0}", bucket, StringComparison.Ordinal), new MediaTypeHeaderValue("application/json"));
        using var answered = await sluice.Api.PostAsync(new Uri("/v1/events/s3", UriKind.Relative), content, TestContext.Current.CancellationToken);

        var answer = JsonNode.Parse(await answered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((1, Path, 2, 1), ((int)answer["events"]!, (string?)answer["paths"]!.AsArray()[0], (int)answer["objects"]!, (int)answer["values"]!));
        await AssertAnewAsync(sluice, before);
    }

    [Theory]
    [InlineData("ObjectCreated:Put", 3, 2)]
    [InlineData("ObjectCreated:Put", 1, 0)]
    [InlineData("ObjectRemoved:Delete", 3, 0)]
    public async Task Notification_OfWhatIsAskedForOften_BringsItAgainAtOnce(string name, int looks, int expected)
    {
        var bucket = await BucketAsync();
        await using var sluice = await ServeAsync(bucket);
        (string Tag, byte[] Frame, string Url) before = default;
        for (var i = 0; i < looks; i++) before = await LookAsync(sluice);
        await PutAsync(bucket, await Clips.ColoursAsync());

        var told = """{"Records":[{"eventName":"{name}","s3":{"bucket":{"name":"{bucket}"},"object":{"key":"deep/a+b%2Bc.mp4"}}}]}""".Replace("{name}", name, StringComparison.Ordinal).Replace("{bucket}", bucket, StringComparison.Ordinal);
        using var content = new StringContent(told, new MediaTypeHeaderValue("application/json"));
        using var answered = await sluice.Api.PostAsync(new Uri("/v1/events/s3", UriKind.Relative), content, TestContext.Current.CancellationToken);

        var answer = JsonNode.Parse(await answered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((2, expected), ((int)answer["objects"]!, (int)answer["warming"]!));
        foreach (var path in expected == 0 ? (string[])[] : [Path, Frame])
            Assert.True(await Eventually.HoldsAsync(async () => (await sluice.ApiJsonAsync("/v1/cache/explain?url=" + Uri.EscapeDataString(path)))["stored"] is JsonArray { Count: 1 }, TimeSpan.FromSeconds(60)), path);
        var whole = await sluice.Edge.AskAsync(Path);
        var frame = await sluice.Edge.AskAsync(Frame);
        var status = expected == 0 ? "MISS" : "HIT";
        Assert.Equal((status, status), (whole.Header("X-Cache-Status"), frame.Header("X-Cache-Status")));
        Assert.NotEqual(before.Tag, whole.Header("ETag"));
        Assert.NotEqual(before.Frame, frame.Body);
    }

    [Fact]
    public async Task NewVersion_SeenByTheEdge_GivesAnotherPresignedUrl()
    {
        var bucket = await BucketAsync();
        await using var sluice = await ServeAsync(bucket);
        var before = await LookAsync(sluice);
        await PutAsync(bucket, await Clips.ColoursAsync());
        // Nobody tells; somebody asks.
        await sluice.Edge.AskAsync(Path, "Cache-Control: no-cache");
        await AssertAnewAsync(sluice, before);
    }

    private static async Task<(string Tag, byte[] Frame, string Url)> LookAsync(SluiceProcess sluice)
    {
        var whole = await sluice.Edge.AskAsync(Path);
        var frame = await sluice.Edge.AskAsync(Frame);
        Assert.Equal((200, 200, "image/png"), (whole.Status, frame.Status, frame.Header("Content-Type")));
        var url = (string)(await sluice.ApiJsonAsync("/v1/presign" + Path))["url"]!;
        // One signed in this very second would be signed the same again.
        var signed = DateTimeOffset.ParseExact(url.Split("X-Amz-Date=")[1][..16], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        await Eventually.HoldsAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() >= signed.AddSeconds(1)), TimeSpan.FromSeconds(30));
        return (whole.Header("ETag")!, frame.Body, url);
    }

    private static async Task AssertAnewAsync(SluiceProcess sluice, (string Tag, byte[] Frame, string Url) before)
    {
        var after = (Tag: "", Frame: Array.Empty<byte>(), Url: "");
        var isAnew = await Eventually.HoldsAsync(async () => (after = await LookAsync(sluice)).Tag != before.Tag && !after.Frame.AsSpan().SequenceEqual(before.Frame) && after.Url != before.Url, TimeSpan.FromSeconds(60));
        Assert.True(isAnew, $"tag {after.Tag} after {before.Tag}, frame of {after.Frame.Length} after {before.Frame.Length}, URL {(after.Url == before.Url ? "the same" : "another")}");
        using var http = new HttpClient();
        Assert.Equal(await File.ReadAllBytesAsync(await Clips.ColoursAsync()), await http.GetByteArrayAsync(after.Url, TestContext.Current.CancellationToken));
    }

    private async Task<string> BucketAsync()
    {
        var bucket = "events-" + Guid.NewGuid().ToString("n")[..12];
        await bed.Client.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        await PutAsync(bucket, await Clips.SquareAsync());
        return bucket;
    }

    private async Task PutAsync(string bucket, string file)
    {
        await using var content = File.OpenRead(file);
        await bed.Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = Key, InputStream = content, UseChunkEncoding = false }, TestContext.Current.CancellationToken);
    }

    /// <summary>A topic that pushes to an address, and the bucket's notifications to it. The SDK of topics is another package: the command line has it.</summary>
    private async Task SubscribeAsync(string bucket, Uri to)
    {
        await AwsAsync("sns", "create-topic", "--name", bucket, "--attributes", $"push-endpoint={to}");
        await AwsAsync("s3api", "put-bucket-notification-configuration", "--bucket", bucket, "--notification-configuration",
            $$"""{"TopicConfigurations":[{"Id":"all","TopicArn":"arn:aws:sns:default::{{bucket}}","Events":["s3:ObjectCreated:*","s3:ObjectRemoved:*"]}]}""");
    }

    private async Task AwsAsync(params string[] arguments)
    {
        var said = await Tool.RunAsync("aws", ["--endpoint-url", bed.Server.Endpoint.ToString(), .. arguments],
            environment: new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = bed.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = bed.Server.SecretKey, ["AWS_DEFAULT_REGION"] = bed.Server.Region });
        Assert.True(said.ExitCode == 0, said.All);
    }

    private Task<SluiceProcess> ServeAsync(string bucket) => SluiceProcess.StartAsync(new SluiceProcessOptions
    {
        Arguments = ["--config", folder.Write("sluice.json", $$"""
            { "routes": [{ "origins": [{ "s3": { "bucket": "{{bucket}}", "prefix": "deep", "endpoint": "{{bed.Server.Endpoint}}", "region": "{{bed.Server.Region}}" } }] }] }
            """)],
        Environment = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = bed.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = bed.Server.SecretKey, ["AWS_EC2_METADATA_DISABLED"] = "true",
        },
    });
}
