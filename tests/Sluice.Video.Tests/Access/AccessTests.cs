using Sluice.TestKit.Time;
using Sluice.Video.Access;
using Sluice.Video.Planning;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Access;

/// <summary>Signed URLs, and what a route allows.</summary>
public sealed class AccessTests
{
    private static readonly SigningKey Old = new("k1", "an older secret of 32 characters");
    private static readonly SigningKey New = new("k2", "the newer secret of 32 characters");

    [Fact]
    public void Signature_OfUrl_IsGolden() => Assert.Equal(
        "?width=640&height=360&keyid=k1&expires=1767323045&signature=VPGutPaYAz36mUhX-enTFnEGQZ6ywKu56S7SnEW3qj0",
        UrlSignature.Sign("/videos/sample.mp4", "width=640&height=360", Old, DateTimeOffset.FromUnixTimeSeconds(1_767_323_045)));

    [Fact]
    public void SignedUrl_InAnyOrderAndEncoding_IsGood()
    {
        var planner = Signed(New);
        var query = UrlSignature.Sign("/a.mp4", "?width=640&filename=a_b", New);
        Assert.Equal(VideoPlanKind.Variant, Planned.For(planner, "/a.mp4" + query).Kind);
        Assert.Equal(VideoPlanKind.Variant, Planned.For(planner, "/a.mp4?" + string.Join('&', query[1..].Split('&').Reverse())).Kind);
        Assert.Equal(VideoPlanKind.Variant, Planned.For(planner, "/a.mp4" + query.Replace("a_b", "a%5Fb", StringComparison.Ordinal) + "&debug=true").Kind);
        Assert.Equal(query, UrlSignature.Sign("/a.mp4", query, New));
    }

    [Theory]
    [InlineData("width=640", "width=642")]
    [InlineData("width=640", "width=640&mode=frame")]
    [InlineData("width=640", "width=640&unknown=1")]
    [InlineData("keyid=k2", "keyid=k1")]
    [InlineData("keyid=k2", "keyid=k3")]
    [InlineData("signature=", "signature=A")]
    public void SignedUrl_Altered_IsRefused(string text, string other)
    {
        var query = UrlSignature.Sign("/a.mp4", "?width=640", New).Replace(text, other, StringComparison.Ordinal);
        Assert.Equal(VideoErrorType.SignatureInvalid, Planned.For(Signed(New, Old), "/a.mp4" + query).Error?.Type);
    }

    [Fact]
    public void SignedUrl_OfAnotherPath_IsRefused() =>
        Assert.Equal(VideoErrorType.SignatureInvalid, Planned.For(Signed(New), "/b.mp4" + UrlSignature.Sign("/a.mp4", "?width=640", New)).Error?.Type);

    [Fact]
    public void SignedUrl_WithEveryCharacterOfTheSignatureChanged_IsRefused()
    {
        var query = UrlSignature.Sign("/a.mp4", "?width=640", New);
        var planner = Signed(New);
        for (var i = query.LastIndexOf('=') + 1; i < query.Length; i++)
        {
            var altered = query[..i] + (query[i] == 'A' ? 'E' : 'A') + query[(i + 1)..];
            Assert.Equal(VideoErrorType.SignatureInvalid, Planned.For(planner, "/a.mp4" + altered).Error?.Type);
        }
    }

    [Fact]
    public void SignedUrl_PastItsTime_IsExpired()
    {
        var time = new ManualTimeProvider();
        var planner = new VideoPlanner(new VideoPolicy { SigningKeys = [New] }, time);
        var query = UrlSignature.Sign("/a.mp4", "?width=640", New, time.GetUtcNow().AddMinutes(5));
        var plan = Planned.For(planner, "/a.mp4" + query);
        Assert.Equal((VideoPlanKind.Variant, false), (plan.Kind, plan.IsForAll));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((403, "SIGNATURE_EXPIRED"), (Planned.For(planner, "/a.mp4" + query).Error!.Status, Planned.For(planner, "/a.mp4" + query).Error!.Code));
        Assert.Equal(VideoErrorType.SignatureInvalid, Planned.For(planner, "/a.mp4" + query.Replace("expires=1", "expires=2", StringComparison.Ordinal)).Error?.Type);
    }

    [Fact]
    public void Key_TakenOut_NoLongerOpens()
    {
        var query = UrlSignature.Sign("/a.mp4", "?width=640", Old);
        Assert.Equal(VideoPlanKind.Variant, Planned.For(Signed(New, Old), "/a.mp4" + query).Kind);
        Assert.Equal(VideoErrorType.SignatureInvalid, Planned.For(Signed(New), "/a.mp4" + query).Error?.Type);
    }

    [Fact]
    public void UnsignedRequest_WhereSignaturesAreNeeded_IsRefusedBeforeAnythingElse()
    {
        var planner = Signed(New);
        Assert.Equal(VideoErrorType.SignatureRequired, Planned.For(planner, "/a.mp4?width=640").Error?.Type);
        Assert.Equal(VideoErrorType.SignatureRequired, Planned.For(planner, "/a.mp4?width=nonsense").Error?.Type);
        Assert.Equal(VideoPlanKind.PassThrough, Planned.For(planner, "/a.mp4").Kind);
    }

    [Fact]
    public void Refusal_ForASignature_TellsNoSecret()
    {
        var plan = new VideoPlanner(new VideoPolicy { SigningKeys = [New] }, Planned.Time).Plan(Planned.Request("/a.mp4?width=640&signature=abc&debug=view") with { MayDebug = true });
        Assert.DoesNotContain("abc", plan.Error!.Message + string.Concat(plan.Trace.Select(s => s.Message)), StringComparison.Ordinal);
        Assert.Equal("k2", New.ToString());
    }

    [Theory]
    [InlineData("derivative=mobile", null)]
    [InlineData("imwidth=333", null)]
    [InlineData("imheight=200", null)] // no size of its own, but the nearest derivative
    [InlineData("width=auto", null)]
    [InlineData("quality=auto", null)]
    [InlineData("derivative=mobile&loop=true", null)]
    [InlineData("width=640", "width")]
    [InlineData("derivative=mobile&time=5s", "time")]
    [InlineData("mode=frame", "mode")]
    [InlineData("quality=high", "quality")]
    public void DerivativesOnly_OfAnythingElse_Refuses(string query, string? refused)
    {
        var plan = Planned.For(new VideoPolicy { DerivativesOnly = true }, "/a.mp4?" + query, ("Save-Data", "on"));
        Assert.Equal(refused is null ? null : $"{refused} is not allowed here; ask for a derivative.", plan.Error?.Message);
        if (refused is null) Assert.NotNull(plan.Options!.Derivative);
        else Assert.Equal(403, plan.Error!.Status);
    }

    [Theory]
    [InlineData("width=640", true)]
    [InlineData("w=640", true)]
    [InlineData("width=640&quality=high", false)]
    [InlineData("derivative=mobile", false)]
    public void AllowedParameters_OfOthers_Refuses(string query, bool isAllowed)
    {
        var plan = Planned.For(new VideoPolicy { Parameters = new HashSet<string> { "width", "height" } }, "/a.mp4?" + query);
        Assert.Equal(isAllowed ? VideoPlanKind.Variant : VideoPlanKind.Refused, plan.Kind);
        if (!isAllowed) Assert.Equal("PARAMETER_NOT_ALLOWED", plan.Error!.Code);
    }

    [Fact]
    public void Keys_TooShortOrTwice_AreNoPolicy()
    {
        var failure = Assert.Throws<ArgumentException>(() => Signed(new SigningKey("a", "short"), new SigningKey("a", "short")));
        Assert.Contains("too short", failure.Message, StringComparison.Ordinal);
        Assert.Contains("one name", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\"short\"", failure.Message, StringComparison.Ordinal);
    }

    private static VideoPlanner Signed(params SigningKey[] keys) => new(new VideoPolicy { SigningKeys = keys }, Planned.Time);
}
