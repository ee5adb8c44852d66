using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Objects;

public class S3OriginTests : S3OriginTestBase
{
    private static readonly DateTimeOffset Written = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const string WrittenText = "Thu, 01 Jan 2026 00:00:00 GMT";

    private static readonly OriginReply Clip = new()
    {
        Body = OriginBody.Of("0123456789"), ETag = "\"one\"", LastModified = Written, ContentType = "video/mp4", CacheControl = "max-age=5",
        Headers = [new("x-amz-meta-owner", "me"), new("x-amz-request-id", "1"), new("Server", "S"), new("Content-Disposition", "inline"), new("Accept-Ranges", "bytes")],
    };

    [Fact]
    public async Task Get_Object_IsAnsweredWholeWithItsVersion()
    {
        Server.On("/media/clip.mp4", Clip);

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Query = "?acl&response-content-type=text/html" }, default);

        Assert.Equal(200, response.Status);
        Assert.Equal(new ObjectVersion("\"one\"", WrittenText, 10), response.Version);
        Assert.Equal(10, response.BodyLength);
        Assert.Equal("0123456789", Encoding.ASCII.GetString(await BytesOf(response)));
        Assert.Equal("/media/clip.mp4", Assert.Single(Server.Calls).Target);
    }

    [Fact]
    public async Task Get_Headers_KeepTheObjectsOwnAndDropTheServers()
    {
        Server.On("/media/clip.mp4", Clip);

        await using var response = await Origin().FetchAsync(Get("/clip.mp4"), default);
        await using var withMetadata = await Origin(o => o with { KeepMetadata = true }).FetchAsync(Get("/clip.mp4"), default);

        var names = response.Headers.Select(line => line.Key).Order(StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["Cache-Control", "Content-Disposition", "Content-Type", "Date", "ETag", "Last-Modified"], names);
        Assert.Equal("max-age=5", response.Headers.First("Cache-Control"));
        Assert.Equal("me", withMetadata.Headers.First("x-amz-meta-owner"));
        Assert.False(withMetadata.Headers.Contains("x-amz-request-id"));
    }

    [Fact]
    public async Task Get_Request_IsSignedForTheRegionAndInstant()
    {
        Server.On("/media/clip.mp4", Clip);

        await using var response = await Origin(null, Owner with { SessionToken = "tok" }).FetchAsync(Get("/clip.mp4"), default);

        var call = Assert.Single(Server.Calls);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIAOWNER/20260102/eu-north-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,Signature=", call.Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal("20260102T030405Z", call.Header("x-amz-date"));
        Assert.Equal("tok", call.Header("x-amz-security-token"));
        Assert.Equal($"127.0.0.1:{Server.Port}", call.Header("Host"));
        Assert.Null(call.Header("traceparent"));
    }

    [Fact]
    public async Task Get_PageOfAConsoleOrProxy_IsDoubtedInTheLog()
    {
        Server.On("/media/clip.mp4", new OriginReply { ContentType = "text/html", Body = OriginBody.Of("<html>Log in</html>") });
        var origin = Origin();

        for (var i = 0; i < 2; i++) await using (await origin.FetchAsync(Get("/clip.mp4"), default)) { }

        Assert.Contains("not its web console or the page of a proxy", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_RequesterPays_IsSaidAndSigned()
    {
        Server.On("/media/clip.mp4", Clip);

        await using var response = await Origin(options => options with { RequesterPays = true }).FetchAsync(Get("/clip.mp4"), default);

        var call = Assert.Single(Server.Calls);
        Assert.Equal("requester", call.Header("x-amz-request-payer"));
        Assert.Contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-request-payer,", call.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithoutCredentials_IsUnsigned()
    {
        Server.On("/media/clip.mp4", Clip);
        var options = new S3.Objects.S3OriginOptions { Bucket = "media", Endpoint = new Uri(Server.Address), Region = "r" };
        using var origin = new S3.Objects.S3Origin(options, new S3.Credentials.NoCredentials(), S3.Objects.S3Origin.Handler(options, Clock), Clock, Log);

        await using var response = await origin.FetchAsync(Get("/clip.mp4"), default);

        Assert.Equal(200, response.Status);
        Assert.DoesNotContain(Assert.Single(Server.Calls).Headers.Keys, name => name.StartsWith("x-amz", StringComparison.OrdinalIgnoreCase) || name.Equals("authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("bytes=2-4", "234", 2, 5)]
    [InlineData("bytes=7-", "789", 7, 10)]
    [InlineData("bytes=-3", "789", 7, 10)]
    [InlineData("bytes=8-99", "89", 8, 10)]
    public async Task Get_Range_IsAnsweredWithThatPart(string range, string body, long start, long end)
    {
        Server.On("/media/clip.mp4", Clip);
        var parts = range["bytes=".Length..].Split('-');
        var wanted = new ByteRange(parts[0].Length > 0 ? long.Parse(parts[0]) : null, parts[1].Length > 0 ? long.Parse(parts[1]) : null);

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Range = wanted }, default);

        Assert.Equal(206, response.Status);
        Assert.Equal((start, end, 10), response.Range);
        Assert.Equal(10, response.Version.Length);
        Assert.Equal(end - start, response.BodyLength);
        Assert.Equal(body, Encoding.ASCII.GetString(await BytesOf(response)));
        Assert.Equal(range, Assert.Single(Server.Calls).Header("Range"));
    }

    [Fact]
    public async Task Get_RangeIgnoredByTheServer_IsAnsweredWhole()
    {
        Server.On("/media/clip.mp4", Clip with { IgnoreRange = true });

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Range = new(2, 4) }, default);

        Assert.Equal((200, 10L), (response.Status, response.BodyLength));
    }

    [Fact]
    public async Task Head_Object_HasTheLengthButNoBody()
    {
        Server.On("/media/clip.mp4", Clip);

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Method = "HEAD" }, default);

        Assert.Equal("HEAD", Assert.Single(Server.Calls).Method);
        Assert.Equal((200, 10L), (response.Status, response.Version.Length));
        Assert.Empty(await BytesOf(response));
    }

    [Theory]
    [InlineData("\"one\"", WrittenText, "If-Match", "\"one\"", 206)]
    [InlineData("\"two\"", WrittenText, "If-Match", "\"two\"", 412)]
    [InlineData("W/\"one\"", WrittenText, "If-Unmodified-Since", WrittenText, 206)]
    [InlineData(null, WrittenText, "If-Unmodified-Since", WrittenText, 412)]
    public async Task Get_RequiredVersion_IsDemanded(string? etag, string date, string field, string value, int status)
    {
        Server.On("/media/clip.mp4", Clip);

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Range = new(0, 1), Require = new(etag, date, 10) }, default);

        Assert.Equal(value, Assert.Single(Server.Calls).Header(field));
        Assert.Equal(status, response.Status);
    }

    [Fact]
    public async Task Get_PartOfAnotherVersion_IsThePreconditionFailed()
    {
        Server.On("/media/clip.mp4", Clip with { IgnoreConditions = true });

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Range = new(0, 1), Require = new("\"zero\"", null, 10) }, default);

        Assert.Equal(412, response.Status);
        Assert.Equal("\"one\"", response.Version.ETag);
        Assert.Empty(await BytesOf(response));
    }

    [Theory]
    [InlineData("\"one\"", "If-None-Match", "\"one\"")]
    [InlineData(null, "If-Modified-Since", WrittenText)]
    public async Task Get_HeldVersionStillCurrent_IsNotModified(string? etag, string field, string value)
    {
        Server.On("/media/clip.mp4", Clip with { ETag = etag });

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Held = new(etag, WrittenText, 10) }, default);

        Assert.Equal(value, Assert.Single(Server.Calls).Header(field));
        Assert.Equal(304, response.Status);
        Assert.Equal(new ObjectVersion(etag, WrittenText, 10), response.Version);
    }

    [Fact]
    public async Task Get_NotModifiedWithoutETag_KeepsTheOneHeld()
    {
        Server.On("/media/clip.mp4", new() { Status = 304 });

        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Held = new("\"one\"", WrittenText, 10) }, default);

        Assert.Equal((304, new ObjectVersion("\"one\"", WrittenText, 10)), (response.Status, response.Version));
    }

    [Fact]
    public async Task Get_HeldConditionNotUnderstood_IsNotModifiedAllTheSame()
    {
        Server.On("/media/clip.mp4", Clip with { IgnoreConditions = true });

        await using var same = await Origin().FetchAsync(Get("/clip.mp4") with { Held = new("\"one\"", null, 10) }, default);
        await using var other = await Origin().FetchAsync(Get("/clip.mp4") with { Held = new("\"zero\"", null, 10) }, default);

        Assert.Equal((304, 200), (same.Status, other.Status));
    }

    [Theory]
    [InlineData("/a%20b", "/media/in/a%20b")]
    [InlineData("/a+b", "/media/in/a%2Bb")]
    [InlineData("/100%25", "/media/in/100%25")]
    [InlineData("/a//b", "/media/in/a//b")]
    [InlineData("/%3F%23", "/media/in/%3F%23")]
    [InlineData("/%C3%A9%F0%9F%8E%AC", "/media/in/%C3%A9%F0%9F%8E%AC")]
    [InlineData("/'()*!", "/media/in/%27%28%29%2A%21")]
    [InlineData("/a..b/...", "/media/in/a..b/...")]
    [InlineData("//x", "/media/in//x")]
    [InlineData("/a%2Fb", "/media/in/a/b")]
    public async Task Get_Path_NamesTheKeyUnderThePrefix(string path, string target)
    {
        Server.On(target, Clip);

        await using var response = await Origin(o => o with { Prefix = "in" }).FetchAsync(Get(path), default);

        Assert.Equal(200, response.Status);
        Assert.Equal(target, Assert.Single(Server.Calls).Target);
    }

    [Theory]
    [InlineData("/")] // would list the bucket
    [InlineData("/..%2Fother")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("/a/./b")]
    [InlineData("/%FF")]
    [InlineData("/%0")]
    [InlineData("/%zz")]
    [InlineData("/a%00b")]
    public async Task Get_PathWithoutAPossibleKey_IsNotFoundWithoutAsking(string path)
    {
        await using var response = await Origin().FetchAsync(Get(path), default);

        Assert.Equal(404, response.Status);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Get_KeyTooLong_IsNotFoundWithoutAsking()
    {
        await using var response = await Origin().FetchAsync(Get("/" + new string('k', 1025)), default);

        Assert.Equal(404, response.Status);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Put_ReadOnlyBucket_IsNotAllowed()
    {
        await using var response = await Origin().FetchAsync(Get("/clip.mp4") with { Method = "PUT" }, default);

        Assert.Equal(405, response.Status);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Get_ObjectThatKeepsItsUploadsFraming_LosesThatCoding()
    {
        Server.On("/media/a", Clip with { Headers = [new("Content-Encoding", "aws-chunked")] });
        Server.On("/media/b", Clip with { Headers = [new("Content-Encoding", "aws-chunked,gzip")] });

        await using var plain = await Origin().FetchAsync(Get("/a"), default);
        await using var zipped = await Origin().FetchAsync(Get("/b"), default);

        Assert.Null(plain.Headers.First("Content-Encoding"));
        Assert.Equal("gzip", zipped.Headers.First("Content-Encoding"));
    }

    [Fact]
    public async Task Get_EmptyObject_IsAnEmptyBody()
    {
        Server.On("/media/empty", Clip with { Body = OriginBody.Of("") });

        await using var response = await Origin().FetchAsync(Get("/empty"), default);

        Assert.Equal((200, 0L, 0L), (response.Status, response.BodyLength, response.Version.Length));
        Assert.Empty(await BytesOf(response));
    }

    [Fact]
    public async Task Get_BodyOfUndeclaredLength_IsRead()
    {
        Server.On("/media/chunked", Clip with { Chunked = true });

        await using var response = await Origin().FetchAsync(Get("/chunked"), default);

        Assert.Null(response.BodyLength);
        Assert.Null(response.Version.Length);
        Assert.Equal(10, (await BytesOf(response)).Length);
    }

    [Fact]
    public void Traits_OfABucket_AreRangesRoutePolicyReadOnly()
        => Assert.Equal(OriginTraits.Ranges | OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly, Origin().Traits);
}
