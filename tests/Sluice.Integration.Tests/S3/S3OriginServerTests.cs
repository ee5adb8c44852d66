using System.Globalization;
using Amazon.S3;
using Sluice.Core.Objects;

namespace Sluice.Integration.Tests.S3;

/// <summary>The bucket origin against a real S3 server that verifies signatures.</summary>
public class S3OriginServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Keys => [.. S3Bed.Keys];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Get_AnyKey_IsByteIdenticalToTheSdksAnswer(string key)
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        using var theirs = await bed.Client.GetObjectAsync(bed.Bucket, key, Cancellation);
        var expected = await BytesOf(theirs.ResponseStream);
        Assert.Equal(S3Bed.Content(key), expected);

        await using var response = await origin.FetchAsync(new() { Path = PathOf(key) }, Cancellation);

        Assert.Equal(200, response.Status);
        Assert.Equal(theirs.ETag, response.Version.ETag);
        Assert.Equal(expected, await BytesOf(response.Body));
    }

    [Fact]
    public async Task Get_SampleOfKeys_IsByteIdenticalToTheAwsCommand()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        var folder = Directory.CreateTempSubdirectory("sluice-aws-").FullName;
        foreach (var key in new[] { "a b.mp4", "a+b.mp4", "100%.mp4", "日本/🎬.mp4", "a//b", "what?.mp4", "half#.mp4", "it's \"quoted\".mp4" })
        {
            var file = Path.Combine(folder, "object");
            var got = await Tool.RunAsync("aws", ["--endpoint-url", bed.Server.Endpoint.ToString(), "--region", bed.Server.Region, "s3api", "get-object", "--bucket", bed.Bucket, "--key", key, file],
                environment: new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = bed.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = bed.Server.SecretKey });
            Assert.True(got.ExitCode == 0, got.All);

            await using var response = await origin.FetchAsync(new() { Path = PathOf(key) }, Cancellation);

            Assert.Equal(await File.ReadAllBytesAsync(file, Cancellation), await BytesOf(response.Body));
        }
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("0-0", 0, 1)]
    [InlineData("100-199", 100, 200)]
    [InlineData("1500-", 1500, 1600)]
    [InlineData("-7", 1593, 1600)]
    [InlineData("1590-9999", 1590, 1600)]
    public async Task Get_Range_IsThatPartOfTheObject(string range, int start, int end)
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        var parts = range.Split('-');

        await using var response = await origin.FetchAsync(new() { Path = "/plain.txt", Range = new(Number(parts[0]), Number(parts[1])) }, Cancellation);

        Assert.Equal(206, response.Status);
        Assert.Equal((start, end, 1600), response.Range);
        Assert.Equal(S3Bed.Content("plain.txt")[start..end], await BytesOf(response.Body));
    }

    [Fact]
    public async Task Get_RangeBeyondTheEnd_Is416()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();

        await using var response = await origin.FetchAsync(new() { Path = "/plain.txt", Range = ByteRange.From(1600) }, Cancellation);

        Assert.Equal(416, response.Status);
        Assert.Empty(await BytesOf(response.Body));
    }

    [Fact]
    public async Task Head_Object_TellsItsVersion()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();

        await using var response = await origin.FetchAsync(new() { Path = "/a+b.mp4", Method = "HEAD" }, Cancellation);

        Assert.Equal((200, 1600L), (response.Status, response.Version.Length));
        Assert.True(response.Version.IsStrong);
        Assert.Empty(await BytesOf(response.Body));
    }

    [Fact]
    public async Task Get_ObjectChangedBetweenTwoRanges_IsThePreconditionFailed()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        await bed.PutAsync("changing", S3Bed.Content("one"));
        await using var first = await origin.FetchAsync(new() { Path = "/changing", Range = new(0, 9) }, Cancellation);
        await using var same = await origin.FetchAsync(new() { Path = "/changing", Range = new(10, 19), Require = first.Version }, Cancellation);
        await bed.PutAsync("changing", S3Bed.Content("two"));

        await using var other = await origin.FetchAsync(new() { Path = "/changing", Range = new(10, 19), Require = first.Version }, Cancellation);

        Assert.Equal((206, 206, 412), (first.Status, same.Status, other.Status));
        Assert.Empty(await BytesOf(other.Body));
    }

    [Fact]
    public async Task Get_HeldVersion_IsNotModifiedUntilItChanges()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        await bed.PutAsync("held", S3Bed.Content("one"));
        await using var first = await origin.FetchAsync(new() { Path = "/held", Method = "HEAD" }, Cancellation);

        await using var byTag = await origin.FetchAsync(new() { Path = "/held", Held = first.Version }, Cancellation);
        await using var byDate = await origin.FetchAsync(new() { Path = "/held", Held = first.Version with { ETag = null } }, Cancellation);
        await bed.PutAsync("held", S3Bed.Content("two"));
        await using var changed = await origin.FetchAsync(new() { Path = "/held", Held = first.Version }, Cancellation);

        Assert.Equal((304, 304, 200), (byTag.Status, byDate.Status, changed.Status));
        Assert.Equal(first.Version, byTag.Version);
        Assert.Equal(S3Bed.Content("two"), await BytesOf(changed.Body));
    }

    [Fact]
    public async Task Get_ObjectsOwnHeaders_AreKept()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        await bed.PutAsync("film.m3u8", [1, 2, 3], put =>
        {
            put.ContentType = "application/vnd.apple.mpegurl";
            put.Headers.CacheControl = "max-age=7";
            put.Headers.ContentDisposition = "inline";
            put.Metadata["owner"] = "me";
        });

        await using var response = await origin.FetchAsync(new() { Path = "/film.m3u8" }, Cancellation);

        Assert.Equal("application/vnd.apple.mpegurl", response.Headers.First("Content-Type"));
        Assert.Equal("max-age=7", response.Headers.First("Cache-Control"));
        Assert.Equal("inline", response.Headers.First("Content-Disposition"));
        Assert.DoesNotContain(response.Headers, line => line.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Get_MissingObjectOrBucket_IsNotFoundOrTheOriginsFault()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        using var nowhere = bed.Origin(change: o => o with { Bucket = "no-such-bucket-here" });

        await using var missing = await origin.FetchAsync(new() { Path = "/not-there" }, Cancellation);
        await using var missingHead = await origin.FetchAsync(new() { Path = "/not-there", Method = "HEAD" }, Cancellation);
        await using var noBucket = await nowhere.FetchAsync(new() { Path = "/not-there" }, Cancellation);

        Assert.Equal((404, 404, 502), (missing.Status, missingHead.Status, noBucket.Status));
        Assert.Empty(await BytesOf(missing.Body));
    }

    [Fact]
    public async Task Get_Prefix_BoundsWhatIsReached()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin(change: o => o with { Prefix = "deep/er" });

        await using var inside = await origin.FetchAsync(new() { Path = "/file.ts" }, Cancellation);
        await using var outside = await origin.FetchAsync(new() { Path = "/..%2F..%2Fplain.txt" }, Cancellation);

        Assert.Equal((200, 404), (inside.Status, outside.Status));
        Assert.Equal(S3Bed.Content("deep/er/file.ts"), await BytesOf(inside.Body));
    }

    [Theory]
    [InlineData("stranger", 403, "s3:GetObject")]
    [InlineData("wrong-secret", 502, "secret key does not belong")]
    [InlineData("unknown", 502, "does not know this access key")]
    [InlineData(null, 403, "AWS_ACCESS_KEY_ID")]
    public async Task Get_CallerWithoutRights_IsDeniedAndTheReasonIsClear(string? profile, int status, string words)
    {
        var bed = await S3Bed.GetAsync();
        if (profile == "stranger") Require.Variable("S3_STRANGER_ACCESS_KEY", "eng/s3-server.sh sets it");
        using var origin = bed.Origin(profile);

        await using var response = await origin.FetchAsync(new() { Path = "/plain.txt" }, Cancellation);
        var probe = await origin.ProbeAsync(Cancellation);

        Assert.Equal(status, response.Status);
        Assert.DoesNotContain("<", System.Text.Encoding.UTF8.GetString(await BytesOf(response.Body)), StringComparison.Ordinal);
        Assert.False(probe.Readable);
        Assert.Contains(words, probe.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_PublicBucket_NeedsNoCredentials()
    {
        var bed = await S3Bed.GetAsync();
        await bed.PutAsync("public.txt", [1, 2, 3], put => put.CannedACL = S3CannedACL.PublicRead);
        using var origin = bed.Origin(profile: null);

        await using var response = await origin.FetchAsync(new() { Path = "/public.txt" }, Cancellation);

        Assert.Equal([1, 2, 3], await BytesOf(response.Body));
    }

    [Fact]
    public async Task Probe_OwnBucket_IsReadable()
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin();
        using var empty = bed.Origin(change: o => o with { Prefix = "nothing/here" });

        var result = await origin.ProbeAsync(Cancellation);

        Assert.True(result.Readable, result.Message);
        Assert.Null((await empty.ProbeAsync(Cancellation)).Readable);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Fetch_ClockTwoHoursOff_WorksByTheServersClock(string method)
    {
        var bed = await S3Bed.GetAsync();
        using var origin = bed.Origin(time: new Ahead(TimeSpan.FromHours(2)));

        await using var response = await origin.FetchAsync(new() { Path = "/plain.txt", Method = method }, Cancellation);

        Assert.Equal(200, response.Status);
    }

    [Fact]
    public async Task Get_LargeObject_StreamsWhole()
    {
        var bed = await S3Bed.GetAsync();
        var content = new byte[20_000_000];
        new Random(7).NextBytes(content);
        await bed.PutAsync("large", content);
        using var origin = bed.Origin();

        await using var response = await origin.FetchAsync(new() { Path = "/large" }, Cancellation);

        Assert.Equal(content, await BytesOf(response.Body));
    }

    private static string PathOf(string key) => "/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    private static long? Number(string text) => text.Length == 0 ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<byte[]> BytesOf(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
