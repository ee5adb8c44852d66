using System.Globalization;
using Sluice.S3.Objects;
using Sluice.S3.Tests.PresignedUrls;
using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Objects;

/// <summary>Refusals that a second request puts right.</summary>
public class S3OriginRemedyTests() : S3OriginTestBase(TimeProvider.System.GetUtcNow().AddHours(-3))
{
    private static readonly OriginReply Clip = OriginReply.Object(seed: 7, length: 10);

    [Theory]
    [InlineData("GET", "RequestTimeTooSkewed")]
    [InlineData("HEAD", "")]
    public async Task Fetch_ClockIsOff_TakesTheServersFromThenOn(string method, string code)
    {
        Server.On("/media/k", Clip).Once("/media/k", Refusal(403, code));
        var origin = Origin();

        for (var i = 0; i < 2; i++)
        {
            await using var response = await origin.FetchAsync(Get("/k") with { Method = method }, default);
            Assert.Equal(200, response.Status);
        }

        var dates = Server.Calls.Select(call => DateTimeOffset.ParseExact(call.Header("x-amz-date")!, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)).ToArray();
        Assert.Equal(3, dates.Length);
        Assert.Equal(3, Math.Round((dates[1] - dates[0]).TotalHours, 1));
        Assert.Equal(3, Math.Round((dates[2] - dates[0]).TotalHours, 1));
        Assert.Contains("clock is 180 minutes ahead", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_ClockStillRefused_IsTriedOnceAndExplained()
    {
        Server.On("/media/k", Refusal(403, "RequestTimeTooSkewed"));

        await using var response = await Origin().FetchAsync(Get("/k"), default);

        Assert.Equal(502, response.Status);
        Assert.Equal(2, Server.Calls.Count);
        Assert.Equal(2, Log.Lines.Count);
        Assert.All(Log.Lines, line => Assert.Contains("clock", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ExpiredToken")]
    [InlineData("InvalidAccessKeyId")]
    [InlineData("SignatureDoesNotMatch")]
    public async Task Fetch_CredentialsExpiredOrRevoked_AsksForNewerOnes(string code)
    {
        Server.On("/media/k", Clip).Once("/media/k", Refusal(403, code));

        await using var response = await Origin(null, Owner, new("AKIANEWER", "s2")).FetchAsync(Get("/k"), default);

        Assert.Equal(200, response.Status);
        Assert.Contains("=AKIANEWER/", Server.Calls[1].Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_CredentialsThatStayWrong_AreLookedForOnceASecond()
    {
        Server.On("/media/k", Refusal(403, "InvalidAccessKeyId"));
        var origin = Origin();

        foreach (var calls in (int[])[2, 3, 5])
        {
            await using (var response = await origin.FetchAsync(Get("/k"), default)) Assert.Equal(502, response.Status);
            Assert.Equal(calls, Server.Calls.Count);
            if (calls == 3) Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Fetch_UrlOfARevokedKey_IsAskedForWithHeaders()
    {
        Server.On("/media/k", Clip).Once("/media/k", Refusal(403, "InvalidAccessKeyId"));
        await using var urls = new PresignBed(bucket: new() { Bucket = "media", Endpoint = new(Server.Address), Region = "eu-north-1" }, time: Clock);

        await using var response = await Origin(urls.Urls).FetchAsync(Get("/k"), default);

        Assert.Equal(200, response.Status);
        Assert.Null(Server.Calls[0].Header("Authorization"));
        Assert.Contains("=AKIAOWNER/", Server.Calls[1].Header("Authorization"), StringComparison.Ordinal);
    }

    // A URL's refusal does not name the clock: it has expired, or begins in the future, and is denied like one that lacks a right.
    [Theory]
    [InlineData("GET", "AccessDenied")]
    [InlineData("HEAD", "")]
    public async Task Fetch_UrlThatTheServersClockRulesOut_IsAskedForWithHeadersFromThenOn(string method, string code)
    {
        Server.On("/media/k", Clip).Once("/media/k", Refusal(403, code));
        await using var urls = new PresignBed(bucket: new() { Bucket = "media", Endpoint = new(Server.Address), Region = "eu-north-1" }, time: Clock);
        var origin = Origin(urls.Urls);

        for (var i = 0; i < 2; i++)
        {
            await using var response = await origin.FetchAsync(Get("/k") with { Method = method }, default);
            Assert.Equal(200, response.Status);
        }

        Assert.Equal([false, true, true], Server.Calls.Select(call => call.Header("Authorization") is not null));
        Assert.Contains("clock is 180 minutes ahead", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_BucketInAnotherRegion_IsSignedForThatOne()
    {
        var moved = new OriginReply
        {
            Status = 400, ContentType = "application/xml",
            Body = OriginBody.Of("<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-west-2</Region></Error>"),
        };
        Server.On("/media/k", Clip).Once("/media/k", moved);
        var origin = Origin();

        await using var response = await origin.FetchAsync(Get("/k"), default);

        Assert.Equal(200, response.Status);
        Assert.Contains("/us-west-2/s3/", Server.Calls[1].Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal("us-west-2", origin.Region);
        Assert.Contains("lives in us-west-2, not in eu-north-1", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "AuthorizationHeaderMalformed", "us-west-2")]
    [InlineData(403, "RequestTimeTooSkewed", null)]
    public async Task Fetch_ManyRefusedAtOnce_AllAreAskedAgain(int status, string code, string? region)
    {
        var gate = new TaskCompletionSource();
        var refusal = Refusal(status, code, region is null ? [] : [new("x-amz-bucket-region", region)]) with { HeadHeld = gate.Task };
        Server.On("/media/k", Clip).Once("/media/k", refusal).Once("/media/k", refusal).Once("/media/k", refusal);
        var origin = Origin();

        var fetches = Enumerable.Range(0, 3).Select(_ => origin.FetchAsync(Get("/k"), default).AsTask()).ToArray();
        await Until(() => Server.Calls.Count == 3);
        gate.SetResult();

        foreach (var response in await Task.WhenAll(fetches))
        {
            Assert.Equal(200, response.Status);
            await response.DisposeAsync();
        }
        Assert.Single(Log.Lines);
    }

    [Fact]
    public async Task Fetch_RegionNamedInAHeader_IsAdopted()
    {
        Server.On("/media/k", Clip).Once("/media/k", Refusal(301, "", new KeyValuePair<string, string>("x-amz-bucket-region", "ap-south-1")));

        await using var response = await Origin().FetchAsync(Get("/k") with { Method = "HEAD" }, default);

        Assert.Equal(200, response.Status);
        Assert.Contains("/ap-south-1/s3/", Server.Calls[1].Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public void For_Aws_NamesTheRegionInTheHostUnlessTheBucketHasDots()
    {
        Assert.Equal("https://media.s3.eu-west-3.amazonaws.com/", Text(S3Address.For(new() { Bucket = "media", Region = "eu-west-3" })));
        Assert.Equal("https://s3.eu-west-3.amazonaws.com/media.example.org/", Text(S3Address.For(new() { Bucket = "media.example.org", Region = "eu-west-3" })));
        Assert.Equal("https://s3.eu-west-3.amazonaws.com/media/", Text(S3Address.For(new() { Bucket = "media", Region = "eu-west-3", ForcePathStyle = true })));
        Assert.Equal("https://media.s3.cn-north-1.amazonaws.com.cn/", Text(S3Address.For(new() { Bucket = "media", Region = "cn-north-1" })));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9000", null, "http://127.0.0.1:9000/media/", "127.0.0.1:9000")]
    [InlineData("http://h:80/", null, "http://h/media/", "h")]
    [InlineData("https://h:443", null, "https://h/media/", "h")]
    [InlineData("https://h:80", null, "https://h:80/media/", "h:80")]
    [InlineData("http://[::1]:9000", null, "http://[::1]:9000/media/", "[::1]:9000")]
    [InlineData("https://gateway/s3/", null, "https://gateway/s3/media/", "gateway")]
    [InlineData("https://s3.example.org", false, "https://media.s3.example.org/", "media.s3.example.org")]
    [InlineData("http://127.0.0.1:9000", false, "http://127.0.0.1:9000/media/", "127.0.0.1:9000")]
    [InlineData("http://[::1]:9000", false, "http://[::1]:9000/media/", "[::1]:9000")]
    [InlineData("https://s3.example.org:8443", false, "https://media.s3.example.org:8443/", "media.s3.example.org:8443")]
    public void For_Endpoint_IsPathStyleUnlessAskedOtherwise(string endpoint, bool? forcePathStyle, string root, string host)
    {
        var address = S3Address.For(new() { Bucket = "media", Endpoint = new(endpoint), ForcePathStyle = forcePathStyle });

        Assert.Equal(root, Text(address));
        Assert.Equal(host, address.Host);
    }

    [Fact]
    public void Uri_AnyPath_IsSentAsSigned()
        => Assert.Equal("/media/a//b/../%2E/%41?x=%2F", S3Address.For(new() { Bucket = "media", Endpoint = new("http://h") }).Uri("/media/a//b/../%2E/%41", "x=%2F").PathAndQuery);

    private static string Text(S3Address address) => address.Root + address.BasePath;
}
