using Sluice.TestKit.Origins;

namespace Sluice.S3.Tests.Objects;

/// <summary>Refused HEAD requests, which come without a document that says why.</summary>
public class S3OriginHeadTests() : S3OriginTestBase(TimeProvider.System.GetUtcNow())
{
    private static readonly OriginReply Clip = OriginReply.Object(seed: 7, length: 10);

    [Fact]
    public async Task Head_CredentialsExpired_LearnsItByAGet()
    {
        Server.On("/media/k", Clip).Once("/media/k", Refusal(400, "")).Once("/media/k", Refusal(400, "ExpiredToken"));

        await using var response = await Origin(null, Owner, new("AKIANEWER", "s2")).FetchAsync(Get("/k") with { Method = "HEAD" }, default);

        Assert.Equal(200, response.Status);
        Assert.Equal(["HEAD", "GET", "GET", "HEAD"], Server.Calls.Select(call => call.Method));
        Assert.Contains("=AKIANEWER/", Server.Calls[3].Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_Refused_SaysWhatAGetIsTold()
    {
        Server.On("/media/k", Refusal(400, "ExpiredToken")).Once("/media/k", Refusal(400, ""));

        await using var response = await Origin().FetchAsync(Get("/k") with { Method = "HEAD" }, default);

        Assert.Equal(502, response.Status);
        Assert.Contains("temporary credentials have expired", Assert.Single(Log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NoSuchBucket", 502)]
    [InlineData("NoSuchKey", 404)]
    public async Task Head_Missing_LearnsByAGetWhetherItIsTheBucket(string code, int expected)
    {
        Server.On("/media/k", Refusal(404, code)).Once("/media/k", Refusal(404, ""));

        await using var response = await Origin().FetchAsync(Get("/k") with { Method = "HEAD" }, default);

        Assert.Equal(expected, response.Status);
    }
}
