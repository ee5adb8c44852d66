using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Objects;

public class S3ProbeTests() : S3OriginTestBase(TimeProvider.System.GetUtcNow())
{
    [Fact]
    public async Task Probe_BucketWithAnObject_ReadsIt()
    {
        Server.On("/media/", Listing("in%2Fa%2Bb%20%C3%A9")).On("/media/in/a%2Bb%20%C3%A9", OriginReply.Object(1, 5));

        var result = await Origin(o => o with { Prefix = "in" }).ProbeAsync(default);

        Assert.True(result.Readable, result.Message);
        Assert.Contains($"s3://media/in/ at {Server.Address} can be listed and read", result.Message, StringComparison.Ordinal);
        Assert.Equal("/media/?encoding-type=url&list-type=2&max-keys=1&prefix=in%2F", Server.Calls[0].Target);
        Assert.Equal("bytes=0-0", Server.Calls[1].Header("Range"));
    }

    [Fact]
    public async Task Probe_ServerThatEncodesNothing_ReadsTheKeyAsItIs()
    {
        Server.On("/media/", Listing("a+b", encoding: "")).On("/media/a%2Bb", OriginReply.Object(1, 5));

        var result = await Origin().ProbeAsync(default);

        Assert.True(result.Readable, result.Message);
    }

    [Fact]
    public async Task Probe_EmptyBucket_IsReachedButNotProven()
    {
        Server.On("/media/", Listing(null));

        var result = await Origin().ProbeAsync(default);

        Assert.Null(result.Readable);
        Assert.Contains("holds no object", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "SignatureDoesNotMatch", "secret key does not belong")]
    [InlineData(403, "InvalidAccessKeyId", "does not know this access key")]
    [InlineData(404, "NoSuchBucket", "no such bucket")]
    [InlineData(503, "SlowDown", "try again")]
    public async Task Probe_Refused_SaysWhatToDo(int status, string code, string words)
    {
        Server.On("/media/", Refusal(status, code));

        var result = await Origin().ProbeAsync(default);

        Assert.False(result.Readable);
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Message);
    }

    [Fact]
    public async Task Probe_ListingDenied_TriesToReadAllTheSame()
    {
        Server.On("/media/", Refusal(403, "AccessDenied")).On("/media/sluice-probe", Refusal(404, "NoSuchKey"));

        var readable = await Origin().ProbeAsync(default);
        Server.On("/media/sluice-probe", Refusal(403, "AccessDenied"));
        var denied = await Origin().ProbeAsync(default);

        Assert.True(readable.Readable, readable.Message);
        Assert.False(denied.Readable);
        Assert.Contains("s3:GetObject", denied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ObjectsDenied_SaysSo()
    {
        Server.On("/media/", Listing("a")).On("/media/a", Refusal(403, "AccessDenied"));

        var result = await Origin().ProbeAsync(default);

        Assert.False(result.Readable);
        Assert.Contains("not read", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_NotAnS3Server_SaysSo()
    {
        Server.On("/media/", new() { Body = OriginBody.Of("<html>hello</html>") });

        var result = await Origin().ProbeAsync(default);

        Assert.False(result.Readable);
        Assert.Contains("is an S3 server", result.Message, StringComparison.Ordinal);
    }

    // Any web server has neither the bucket nor the object, and was ready to serve.
    [Fact]
    public async Task Probe_WebServerThatHasNothing_IsNoBucket()
    {
        var nothing = new OriginReply { Status = 404, Body = OriginBody.Of("<html>not found</html>") };
        Server.On("/media/", nothing).On("/media/sluice-probe", nothing);

        var result = await Origin().ProbeAsync(default);

        Assert.False(result.Readable);
        Assert.Contains("is an S3 server", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_NobodyListens_NamesTheAddress()
    {
        await Server.GoDownAsync();

        var result = await Origin().ProbeAsync(default);

        Assert.False(result.Readable);
        Assert.Contains(Server.Address, result.Message, StringComparison.Ordinal);
    }

    private static OriginReply Listing(string? key, string encoding = "<EncodingType>url</EncodingType>") => new()
    {
        ContentType = "application/xml",
        Body = OriginBody.Of($"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>media</Name>{(key is null ? "" : $"<Contents><Key>{key}</Key></Contents>")}{encoding}</ListBucketResult>"),
    };
}
