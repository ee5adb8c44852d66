using Sluice.Video.Planning;
using Sluice.Video.Tags;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Tags;

/// <summary>Golden tags (rows TAG-01 to TAG-04, U057, decisions D05, D06).</summary>
public sealed class VariantTagsTests
{
    [Theory]
    [InlineData("/videos/sample.mp4?derivative=mobile", "video-videos/sample.mp4", "video-format-mp4", "video-derivative-mobile")]
    [InlineData("/videos/sample.mp4?format=webm", "video-videos/sample.mp4", "video-format-webm")]
    [InlineData("/videos/sample.mp4?derivative=thumbnail", "video-videos/sample.mp4", "video-format-png", "video-derivative-thumbnail")]
    [InlineData("/videos/sample.mp4?mode=video", "video-videos/sample.mp4", "video-format-mp4")]
    public void Tags_OfVariant_AreGolden(string url, params string[] tags) => Assert.Equal(tags, Planned.For(url).Tags);

    [Theory]
    [InlineData("/derivative-mobile", "video-%64erivative-mobile")]
    [InlineData("/format-webm", "video-%66ormat-webm")]
    [InlineData("/format-webm/a.mp4", "video-%66ormat-webm/a.mp4")]
    [InlineData("/formats.mp4", "video-formats.mp4")]
    [InlineData("/a,b:c.mp4", "video-a%2cb%3ac.mp4")]
    [InlineData("/a%2Cb.mp4", "video-a%2Cb.mp4")]
    public void SourceTag_ThatWouldReadAsAnother_IsEscaped(string path, string tag) => Assert.Equal(tag, VariantTags.Source(path));

    [Fact]
    public void ShortTags_WhereWanted_FollowTheLongOnes()
    {
        var policy = new VideoPolicy { ShortTagPrefix = "vp-" };
        Assert.Equal(
            ["video-x/videos/a.mp4", "video-format-mp4", "video-derivative-mobile", "vp-p-videos/a.mp4", "vp-p-videos/a.mp4-mobile", "vp-d-mobile", "vp-f-mp4"],
            Planned.For(policy, "/x/videos/a.mp4?derivative=mobile").Tags);
        Assert.Equal(
            ["video-a.mp4", "video-format-jpg", "vp-p-a.mp4", "vp-f-jpg", "vp-m-spritesheet", "vp-t-5s", "vp-c-4", "vp-r-3", "vp-i-2s"],
            Planned.For(policy, "/a.mp4?mode=spritesheet&w=640&h=480&time=5s&columns=4&rows=3&interval=2s").Tags);
    }
}
