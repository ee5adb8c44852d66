using Sluice.Video.Planning;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Keys;

/// <summary>Golden keys (rows KEY-01 to KEY-04, U023, U048). What changes here makes every stored variant unknown.</summary>
public sealed class VariantKeyTests
{
    [Theory]
    [InlineData("/videos/sample.mp4?mode=video", "video:videos/sample.mp4")] // KEY-02
    [InlineData("/videos/sample.mp4?derivative=mobile", "video:videos/sample.mp4:derivative=mobile")] // KEY-03
    [InlineData("/videos/sample.mp4?width=640&height=360&quality=high", "video:videos/sample.mp4:w=640:h=360:f=mp4:q=high")] // KEY-04
    [InlineData("/videos/sample.mp4?w=640&q=high&f=mp4", "video:videos/sample.mp4:w=640:h=360:f=mp4:q=high")] // U019, U003
    [InlineData("/a.mp4?derivative=MOBILE&width=100&mode=frame", "video:a.mp4:derivative=mobile")] // U023
    [InlineData("/a.mp4?derivative=mobile&format=webm", "video:a.mp4:derivative=mobile:f=webm")]
    [InlineData("/a.mp4?derivative=mobile&format=mp4", "video:a.mp4:derivative=mobile")]
    [InlineData("/a.mp4?derivative=mobile&audio=false&time=5s", "video:a.mp4:derivative=mobile:t=5s:audio=false")]
    [InlineData("/a.mp4?derivative=thumbnail", "frame:a.mp4:derivative=thumbnail")]
    [InlineData("/a.mp4?format=webm", "video:a.mp4:f=webm")]
    [InlineData("/a.mp4?format=mp4", "video:a.mp4")]
    [InlineData("/a.mov?format=mp4", "video:a.mov:f=mp4")]
    [InlineData("/a.mp4?compression=low&quality=high&height=720", "video:a.mp4:w=1280:h=720:f=mp4:q=high:c=low")]
    [InlineData("/a.mp4?time=5s&duration=0.5m", "video:a.mp4:f=mp4:t=5s:duration=30s")]
    [InlineData("/a.mp4?mute=true&fps=23.976&speed=2&rotate=-90&bitrate=1.5M&fit=crop&w=320", "video:a.mp4:w=320:h=180:f=mp4:fit=cover:b=1500k:audio=false:fps=23.976:speed=2:r=270")]
    [InlineData("/a.mp4?mode=frame&time=2s&width=640&height=360&format=jpeg", "frame:a.mp4:w=640:h=360:t=2s:f=jpg")] // U048
    [InlineData("/a.mp4?mode=frame", "frame:a.mp4:t=0s:f=jpg")]
    [InlineData("/a.mp4?mode=spritesheet&width=640&height=480&duration=60s&columns=4&rows=3&interval=5s", "spritesheet:a.mp4:w=640:h=480:t=0s:duration=60s:cols=4:rows=3:interval=5s")]
    [InlineData("/a.mp4?mode=spritesheet&width=640&height=480&format=vtt", "spritesheet:a.mp4:w=640:h=480:t=0s:f=vtt")]
    [InlineData("/a.mp4?mode=frame&time=25%25&format=avif", "frame:a.mp4:t=25%:f=avif")] // U008
    [InlineData("/a.mp4?mode=frame&time=25.00%", "frame:a.mp4:t=25%:f=jpg")]
    [InlineData("/a.mp4?time=0750f&width=640", "video:a.mp4:w=640:h=360:f=mp4:t=750f")]
    [InlineData("/a.mp4?crop=8,16,320,240&width=640", "video:a.mp4:w=640:h=360:f=mp4:crop=8,16,320,240")] // U016
    [InlineData("/a.mp4?mode=frame&sharpen=2&blur=0&contrast=-12.5", "frame:a.mp4:t=0s:f=jpg:sharpen=2:contrast=-12.5")] // U017
    [InlineData("/a.mp4?sharpen=2&width=640", "video:a.mp4:w=640:h=360:f=mp4")]
    [InlineData("/a.mp4?mode=audio&duration=10s", "audio:a.mp4:t=0s:duration=10s:f=m4a")]
    [InlineData("/a.mp4?format=m4a&width=640&fit=cover", "audio:a.mp4:t=0s:f=m4a")] // U007
    public void Key_OfRequest_IsGolden(string url, string key) => Assert.Equal(key, Planned.For(url).Key);

    [Theory]
    [InlineData("/a:derivative=mobile.mp4?mode=video", "video:a%3aderivative=mobile.mp4")]
    [InlineData("/a%3Aderivative=mobile.mp4?mode=video", "video:a%3Aderivative=mobile.mp4")]
    [InlineData("//a.mp4?mode=video", "video:/a.mp4")]
    public void Key_OfPathWithSeparators_MeetsNoOther(string url, string key) => Assert.Equal(key, Planned.For(url).Key);

    [Theory]
    [InlineData("?loop=true&muted=true&autoplay=true&preload=metadata&filename=x.mp4&width=640")]
    [InlineData("?width=641&height=360")]
    [InlineData("?width=640&speed=1&rotate=0&time=0s&audio=true&fit=contain")]
    [InlineData("?height=360")]
    [InlineData("?unknown=1&width=640&quality=nonsense")]
    [InlineData("?width=640&columns=3&interval=1s")]
    public void Key_OfEqualBytes_IsOne(string query)
    {
        var plan = Planned.For("/a.mp4" + query.Replace("641", "639", StringComparison.Ordinal));
        Assert.Equal(VideoPlanKind.Variant, plan.Kind);
        Assert.Equal("video:a.mp4:w=640:h=360:f=mp4", plan.Key);
    }

    [Theory]
    [InlineData("mode=frame&time=33.33%25")]
    [InlineData("mode=frame&time=750f&crop=0,0,100,100&brightness=-20")]
    public void Query_OfAVariant_AsksForItAgain(string query)
    {
        var plan = Planned.For("/a.mp4?" + query);
        Assert.Equal(plan.Key, Planned.For("/a.mp4" + plan.Query).Key);
    }

    [Fact]
    public void Recipe_OfDerivative_SpellsOutItsValues()
    {
        var plan = Planned.For("/a.mp4?derivative=mobile");
        Assert.Equal("video:a.mp4:w=640:h=360:f=mp4:c=high", plan.Recipe);
        Assert.Equal("?derivative=mobile", plan.Query);
    }
}
