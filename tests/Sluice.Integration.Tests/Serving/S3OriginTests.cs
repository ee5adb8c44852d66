using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Serving;

/// <summary>EDG-01, EDG-08 and the byte-identity: a private bucket on a real S3 server, behind the edge.</summary>
public sealed class S3OriginTests : IAsyncLifetime
{
    private readonly string _bucket = $"edge-{Guid.NewGuid():n}";
    private readonly Dictionary<string, string> _credentials = [];
    private S3Server _server = null!;
    private AmazonS3Client _s3 = null!;

    public async ValueTask InitializeAsync()
    {
        _server = Require.S3();
        _credentials["AWS_ACCESS_KEY_ID"] = _server.AccessKey;
        _credentials["AWS_SECRET_ACCESS_KEY"] = _server.SecretKey;
        _credentials["AWS_EC2_METADATA_DISABLED"] = "true";
        _s3 = new AmazonS3Client(new BasicAWSCredentials(_server.AccessKey, _server.SecretKey), new AmazonS3Config
        {
            ServiceURL = _server.Endpoint.ToString(),
            ForcePathStyle = true,
            AuthenticationRegion = _server.Region,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        await _s3.PutBucketAsync(_bucket);
    }

    public ValueTask DisposeAsync()
    {
        _s3?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Get_BucketObject_MissesThenHitsWithItsBytes()
    {
        var bytes = await PutAsync("hls/42/segment_000.ts", 3_000_000);
        await using var sluice = await ServeAsync("");

        var first = await sluice.Edge.AskAsync("/hls/42/segment_000.ts");
        var second = await sluice.Edge.AskAsync("/hls/42/segment_000.ts");

        Assert.Equal((200, "MISS"), (first.Status, first.CacheStatus));
        Assert.Equal((200, "HIT"), (second.Status, second.CacheStatus));
        Assert.Equal(bytes, first.Body);
        Assert.Equal(bytes, second.Body);
        Assert.Equal("public, max-age=604800, immutable", second.Header("Cache-Control"));
    }

    [Fact]
    public async Task Get_BucketWithPrefix_MapsBelowIt()
    {
        var bytes = await PutAsync("videos/hls/42/master.m3u8", 700);
        await using var sluice = await ServeAsync("/videos");

        var answer = await sluice.Edge.AskAsync("/hls/42/master.m3u8");
        var above = await RawHttp.GetAsync(sluice.EdgeAddress, "/../secret");

        Assert.Equal(200, answer.Status);
        Assert.Equal(bytes, answer.Body);
        Assert.InRange(above.Status, 400, 499);
    }

    [Fact]
    public async Task Get_AwkwardKeys_AreByteIdenticalWithTheSdksCopy()
    {
        string[] keys = ["a b.bin", "a+b.bin", "100%.bin", "%41.bin", "ü😀.bin", "a//b.bin", "q?x=1#f.bin", "(it's)!*.bin"];
        await using var sluice = await ServeAsync("");
        foreach (var key in keys)
        {
            var bytes = await PutAsync(key, 70_000 + key.Length);
            var path = "/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

            var answer = await RawHttp.GetAsync(sluice.EdgeAddress, path);

            Assert.True(answer.Status == 200 && bytes.AsSpan().SequenceEqual(answer.Body), $"{key}: {answer.Status}, {answer.Body.Length} of {bytes.Length} bytes");
            using var copy = await _s3.GetObjectAsync(_bucket, key);
            using var stream = new MemoryStream();
            await copy.ResponseStream.CopyToAsync(stream);
            Assert.Equal(stream.ToArray(), answer.Body);
        }
    }

    [Fact]
    public async Task Get_AwkwardKeys_AreByteIdenticalWithTheAwsCommandsCopy()
    {
        using var copies = new TemporaryFolder();
        await using var sluice = await ServeAsync("");
        foreach (var key in (string[])["a b+c%.bin", "ü😀.bin", "a//b.bin"])
        {
            await PutAsync(key, 90_000 + key.Length);
            var copy = copies.FileOf("copy");
            var got = await Tool.RunAsync("aws", ["--endpoint-url", _server.Endpoint.ToString(), "--region", _server.Region, "s3api", "get-object", "--bucket", _bucket, "--key", key, copy], environment: _credentials);
            Assert.True(got.ExitCode == 0, got.All);

            var answer = await RawHttp.GetAsync(sluice.EdgeAddress, "/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString)));

            Assert.Equal(File.ReadAllBytes(copy), answer.Body);
        }
    }

    [Fact]
    public async Task Get_RangesOfABucketObject_AreRight()
    {
        var bytes = await PutAsync("clip.mp4", 5_000_000);
        await using var sluice = await ServeAsync("");

        var middle = await sluice.Edge.AskAsync("/clip.mp4", "Range: bytes=2000000-2000999");
        var tail = await sluice.Edge.AskAsync("/clip.mp4", "Range: bytes=-500");
        var whole = await sluice.Edge.AskAsync("/clip.mp4");

        Assert.Equal((206, "bytes 2000000-2000999/5000000"), (middle.Status, middle.Header("Content-Range")));
        Assert.Equal(bytes[2_000_000..2_001_000], middle.Body);
        Assert.Equal(bytes[^500..], tail.Body);
        Assert.Equal(bytes, whole.Body);
    }

    [Fact]
    public async Task Get_MissingKey_Is404WithoutTheServersDetails()
    {
        await using var sluice = await ServeAsync("");

        var first = await sluice.Edge.AskAsync("/none.mp4");
        var second = await sluice.Edge.AskAsync("/none.mp4");

        Assert.Equal((404, "MISS"), (first.Status, first.CacheStatus));
        Assert.Equal((404, "HIT"), (second.Status, second.CacheStatus));
        Assert.DoesNotContain(_server.AccessKey, first.Text + sluice.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WrongSecret_IsAnOriginErrorThatNamesNoSecret()
    {
        await PutAsync("clip.mp4", 1000);
        _credentials["AWS_SECRET_ACCESS_KEY"] = "wrong-secret-wrong-secret";
        await using var sluice = await SluiceProcess.StartAsync(Options("") with { ReadyWithin = TimeSpan.FromSeconds(30) });

        var answer = await sluice.Edge.AskAsync("/clip.mp4");

        Assert.Contains(answer.Status, (int[])[403, 502]);
        Assert.DoesNotContain("wrong-secret", answer.Text + sluice.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Signature=", answer.Text + sluice.Log, StringComparison.Ordinal);
    }

    private SluiceProcessOptions Options(string prefix) => new()
    {
        Origin = $"s3://{_bucket}{prefix}",
        Arguments = ["--endpoint", _server.Endpoint.ToString(), "--region", _server.Region],
        Environment = _credentials,
    };

    private Task<SluiceProcess> ServeAsync(string prefix) => SluiceProcess.StartAsync(Options(prefix));

    private async Task<byte[]> PutAsync(string key, int length)
    {
        var bytes = new BytePattern((ulong)length).Bytes(0, length);
        await _s3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = _bucket,
            Key = key,
            InputStream = new MemoryStream(bytes),
            UseChunkEncoding = false,
        });
        return bytes;
    }
}
