using Sluice.Video.Derivatives;
using Sluice.Video.Planning;
using Sluice.Video.Responsive;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Responsive;

/// <summary>Which size a device gets (rows U028 to U040).</summary>
public sealed class ResponsiveTests
{
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
    private const string Pad = "Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 Version/16.0 Mobile/15E148 Safari/604.1";
    private const string Desk = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
    private const string Television = "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0 Safari/537.36";

    [Theory]
    [InlineData("imwidth=1", "derivative=mobile")]
    [InlineData("imwidth=854", "derivative=mobile")]
    [InlineData("imwidth=855", "derivative=tablet")] // rounded to 860
    [InlineData("imwidth=1280", "derivative=tablet")]
    [InlineData("imwidth=1286", "derivative=desktop")]
    [InlineData("imwidth=999999", "derivative=desktop")]
    [InlineData("imwidth=640&imheight=360", "derivative=mobile")]
    [InlineData("imwidth=700&imheight=400", "derivative=mobile")]
    [InlineData("imwidth=860&imheight=484", "derivative=low")]
    [InlineData("imheight=1080", "derivative=desktop")]
    [InlineData("imwidth=300&imheight=300", "w=300:h=300:f=mp4")]
    [InlineData("imwidth=304&imheight=296", "w=300:h=300:f=mp4")]
    [InlineData("imheight=9999", "derivative=desktop")]
    [InlineData("im-viewwidth=400&im-density=3", "derivative=tablet")]
    [InlineData("im-viewwidth=400", "derivative=mobile")]
    [InlineData("im-viewheight=720", "derivative=tablet")]
    [InlineData("imref=width%3D1200,density%3D1", "derivative=tablet")]
    [InlineData("imref=width=1200,policy=x", "derivative=tablet")]
    [InlineData("imref=width=1200&imwidth=320", "derivative=mobile")]
    [InlineData("imwidth=640&format=webm&time=5s", "derivative=mobile:f=webm:t=5s")]
    [InlineData("imwidth=1000&width=320", "w=320:h=180:f=mp4")] // U028: explicit first
    [InlineData("imwidth=1000&derivative=mobile", "derivative=mobile")]
    public void ImageQuery_OfSize_ComesToADerivative(string query, string options)
    {
        var plan = Planned.For("/a.mp4?" + query, ("Viewport-Width", "2000"), ("User-Agent", Phone));
        Assert.Equal("video:a.mp4:" + options, plan.Key);
        Assert.Null(plan.Vary);
        Assert.Null(plan.AcceptHints);
    }

    [Theory]
    [InlineData("mode=frame&imwidth=333", "frame:a.mp4:w=330:h=190:t=0s:f=jpg")]
    [InlineData("mode=spritesheet&imwidth=640", "spritesheet:a.mp4:w=640:h=360:t=0s")]
    [InlineData("mode=audio&imwidth=640", "audio:a.mp4:t=0s:f=m4a")]
    public void ImageQuery_InOtherModes_IsASize(string query, string key) => Assert.Equal(key, Planned.For("/a.mp4?" + query).Key);

    [Theory]
    [InlineData("Sec-CH-Viewport-Width: 400", "derivative=mobile")]
    [InlineData("Sec-CH-Viewport-Width: 400, Sec-CH-DPR: 3", "derivative=tablet")]
    [InlineData("Viewport-Width: 1920", "derivative=desktop")]
    [InlineData("Width: 1000, Viewport-Width: 1920, DPR: 2", "derivative=tablet")]
    [InlineData("Viewport-Width: 1920, Save-Data: on", "w=720:h=406:f=mp4")]
    [InlineData("Viewport-Width: 1920, Sec-CH-Save-Data: ?1", "w=720:h=406:f=mp4")]
    [InlineData("Viewport-Width: 640, Save-Data: on", "derivative=mobile")]
    [InlineData("Viewport-Width: 1920, Sec-CH-Prefers-Reduced-Motion: \"reduce\"", "w=720:h=406:f=mp4")]
    [InlineData("Viewport-Width: 1920, ECT: 3g", "w=480:h=270:f=mp4")]
    [InlineData("Viewport-Width: 1920, ECT: 4g, Downlink: 3.5", "w=720:h=406:f=mp4")]
    [InlineData("Viewport-Width: 1920, ECT: 4g, Downlink: 20", "derivative=desktop")]
    [InlineData("Viewport-Width: -5", "derivative=mobile")] // malformed: by the agent
    public void ClientHints_OfWindow_ComeFirst(string fields, string options)
    {
        var plan = Planned.For("/a.mp4?width=auto", [.. Fields(fields), ("CF-Device-Type", "mobile"), ("User-Agent", Desk)]);
        Assert.Equal("video:a.mp4:" + options, plan.Key);
        Assert.StartsWith("Sec-CH-Viewport-Width", plan.Vary, StringComparison.Ordinal);
        Assert.Contains("Downlink", plan.AcceptHints, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mobile", "", "derivative=mobile")]
    [InlineData("tablet", "", "derivative=tablet")]
    [InlineData("desktop", "", "derivative=desktop")]
    [InlineData("desktop", "ECT: 2g", "derivative=low")] // U037: 480 lines
    [InlineData("mobile", "ECT: 2g", "w=430:h=240:f=mp4")] // U037: 240 lines
    [InlineData("mobile", "Downlink: 20", "derivative=tablet")] // U037: 720 lines
    [InlineData("desktop", "Save-Data: on", "w=720:h=406:f=mp4")]
    public void DeviceType_WithoutHints_Decides(string type, string fields, string options)
    {
        var plan = Planned.For("/a.mp4?width=auto", [.. Fields(fields), ("CF-Device-Type", type), ("User-Agent", Television)]);
        Assert.Equal("video:a.mp4:" + options, plan.Key);
        Assert.EndsWith("CF-Device-Type", plan.Vary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Phone, "width=auto", "derivative=mobile")]
    [InlineData(Pad, "width=auto", "derivative=tablet")]
    [InlineData(Desk, "width=auto", "derivative=tablet")] // U036: 720 lines
    [InlineData(Desk, "quality=auto", "derivative=desktop")] // U036: 1080 lines
    [InlineData(Television, "width=auto", "derivative=desktop")]
    [InlineData("", "width=auto", "derivative=mobile")] // U034: 854 x 480
    public void Agent_WithoutAnythingElse_Decides(string agent, string query, string options)
    {
        var plan = Planned.For("/a.mp4?" + query, ("User-Agent", agent));
        Assert.Equal("video:a.mp4:" + options, plan.Key);
        Assert.EndsWith("User-Agent", plan.Vary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device=tablet&network=fast", "derivative=tablet", null)]
    [InlineData("device=desktop&network=low", "derivative=low", null)]
    [InlineData("device=mobile", "derivative=mobile", ClientHints.Fields)]
    [InlineData("device=mobile&network=low&quality=auto", "w=430:h=240:f=mp4:q=auto:b=500k", null)] // U038
    public void Overrides_InTheQuery_GoBeforeFields(string query, string options, string? vary)
    {
        var plan = Planned.For("/a.mp4?" + query, ("User-Agent", Television));
        Assert.Equal("video:a.mp4:" + options, plan.Key);
        Assert.Equal(vary, plan.Vary);
    }

    [Theory]
    [InlineData("640", 640, 1_000_000)]
    [InlineData("1280", 1280, 2_500_000)]
    [InlineData("1920", 1920, 5_000_000)]
    [InlineData("2000", 2000, 8_000_000)]
    public void QualityAuto_OfASize_SetsTheBitrate(string width, int pixels, int bitrate)
    {
        var options = Planned.For($"/a.mp4?width={width}&quality=auto").Options!;
        Assert.Equal((pixels, bitrate), (options.Width, options.Bitrate));
    }

    [Theory]
    [InlineData("video/webm,video/mp4;q=0.9", Desk, "video:a.mov:f=webm")]
    [InlineData("video/mp4", Desk, "video:a.mov:f=mp4")]
    [InlineData("video/webm;q=0, video/mp4", Desk, "video:a.mov:f=mp4")]
    [InlineData("video/webm;q=0.05", Desk, "video:a.mov:f=webm")]
    [InlineData("*/*", Desk, "video:a.mov:f=webm")]
    [InlineData("*/*", Phone, "video:a.mov:f=mp4")]
    [InlineData("", "", "video:a.mov:f=mp4")]
    public void FormatAuto_ByAcceptThenAgent_Chooses(string accept, string agent, string key)
    {
        var plan = Planned.For("/a.mov?format=auto", ("Accept", accept), ("User-Agent", agent));
        Assert.Equal((key, "Accept, User-Agent"), (plan.Key, plan.Vary));
    }

    [Fact]
    public void Route_ThatAlwaysChooses_DoesSoWithoutAQuery()
    {
        var planner = new VideoPlanner(new VideoPolicy { Responsive = ResponsiveChoice.Always }, Planned.Time);
        Assert.Equal("video:a.mp4:derivative=mobile", Planned.For(planner, "/a.mp4", ("User-Agent", Phone)).Key);
        Assert.Equal("video:a.mp4", Planned.For(planner, "/a.mp4?derivative=original", ("User-Agent", Phone)).Key);
        Assert.Equal("frame:a.mp4:t=0s:f=jpg", Planned.For(planner, "/a.mp4?mode=frame", ("User-Agent", Phone)).Key);
        Assert.Equal(VideoPlanKind.PassThrough, Planned.For(planner, "/a.txt", ("User-Agent", Phone)).Kind);
    }

    [Fact]
    public void Route_ThatNeverChooses_WarnsAndSendsTheOriginal()
    {
        var plan = Planned.For(new VideoPolicy { Responsive = ResponsiveChoice.Never }, "/a.mp4?imwidth=640");
        Assert.Equal((VideoPlanKind.Original, 1), (plan.Kind, plan.Warnings.Count));
    }

    [Theory]
    [InlineData("time=25%25")]
    [InlineData("crop=0,0,100,100")]
    public void Derivative_OfAPartOfTheSource_IsNotChosenForASize(string part)
    {
        Assert.True(DerivativeText.TryParse("width=500&height=282&" + part, out var derivative, out var problem), problem);
        var policy = new VideoPolicy { Derivatives = new Dictionary<string, Derivative>(DefaultDerivatives.All) { ["part"] = derivative } };
        Assert.Equal("video:a.mp4:derivative=mobile", Planned.For(policy, "/a.mp4?imwidth=500&imheight=280").Key);
    }

    private static IEnumerable<(string, string)> Fields(string text) =>
        text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split(": ")).Select(f => (f[0], f[1]));
}
