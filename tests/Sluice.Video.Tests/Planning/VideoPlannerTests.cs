using System.Text;
using Sluice.Video.Debug;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Tests.Planning;

public sealed class VideoPlannerTests
{
    [Theory]
    [InlineData("/a.mp4")]
    [InlineData("/a.mp4?")]
    [InlineData("/a.mp4?v=3")]
    [InlineData("/a.mp4?width=")]
    [InlineData("/a.mp4?width")]
    [InlineData("/a.mp4?Width=640")]
    [InlineData("/a.mp4?debug=true")]
    [InlineData("/a.mp4?signature=x")]
    [InlineData("/a.txt?width=640")]
    [InlineData("/mp4?width=640")]
    [InlineData("/a.mp4/?width=640")]
    [InlineData("/.m3u8?width=640")]
    public void Plan_OfWhatIsNoVariant_Passes(string url) => Assert.Same(VideoPlan.PassThrough, Planned.For(url));

    [Theory]
    [InlineData(".mp4")]
    [InlineData(".MP4")]
    [InlineData(".webm")]
    [InlineData(".mov")]
    [InlineData(".mkv")]
    [InlineData(".ogv")]
    public void Plan_OfVideoExtension_IsAVariant(string extension) => Assert.Equal(VideoPlanKind.Variant, Planned.For($"/a{extension}?width=640").Kind);

    [Theory]
    [InlineData("/a.mp4?loop=true&filename=x", "mp4")]
    [InlineData("/a.MOV?audio=true&speed=1", "mov")]
    [InlineData("/a.webm?format=webm", "webm")]
    [InlineData("/a.mp4?quality=nonsense", "mp4")]
    [InlineData("/a.mp4?derivative=original", "mp4")]
    public void Plan_OfNothingThatChangesBytes_IsTheOriginal(string url, string format)
    {
        var plan = Planned.For(url);
        Assert.Equal(VideoPlanKind.Original, plan.Kind);
        Assert.Equal("video:" + url[1..url.IndexOf('?', StringComparison.Ordinal)], plan.Key);
        Assert.Equal("", plan.Query);
        Assert.Contains("video-format-" + format, plan.Tags);
    }

    [Fact]
    public void Plan_WithoutQuery_AllocatesNothing()
    {
        var (planner, request) = (new VideoPlanner(new(), Planned.Time), Planned.Request("/videos/sample.mp4"));
        var unknown = Planned.Request("/videos/sample.mp4?v=3&token=abc");
        planner.Plan(request);
        planner.Plan(unknown);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            planner.Plan(request);
            planner.Plan(unknown);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Plan_OfDerivative_SharesItsOptions()
    {
        var planner = new VideoPlanner(new(), Planned.Time);
        Assert.Same(Planned.For(planner, "/a.mp4?derivative=mobile").Options, Planned.For(planner, "/b.mp4?derivative=Mobile").Options);
    }

    [Theory]
    [InlineData("?debug=true", DebugSwitches.BypassAll | DebugSwitches.Headers)]
    [InlineData("?debug=view", DebugSwitches.View | DebugSwitches.Headers)]
    [InlineData("?debug=json", DebugSwitches.Json | DebugSwitches.Headers)]
    [InlineData("?debug=headers", DebugSwitches.Headers)]
    [InlineData("?debug=false", DebugSwitches.None)]
    [InlineData("?no-kv-cache=true", DebugSwitches.BypassVariants)]
    [InlineData("?nocache=1", DebugSwitches.BypassAll)]
    [InlineData("?bypass=true", DebugSwitches.BypassAll)]
    public void Plan_OfSwitches_HasThemOnlyForThoseWhoMay(string query, DebugSwitches switches)
    {
        var planner = new VideoPlanner(new(), Planned.Time);
        var request = Planned.Request("/a.mp4" + query + "&width=640");
        Assert.Equal(switches, planner.Plan(request with { MayDebug = true }).Debug);
        Assert.Equal(DebugSwitches.None, planner.Plan(request).Debug);
        Assert.Equal(switches, planner.Plan(Planned.Request("/a.mp4" + query) with { MayDebug = true }).Debug);
    }

    [Fact]
    public void Plan_WithDebugEnabledByTheHost_BypassesEveryTier()
    {
        var plan = new VideoPlanner(new(), Planned.Time).Plan(Planned.Request("/a.mp4?width=640") with { DebugEnabled = true });
        Assert.Equal(DebugSwitches.BypassAll | DebugSwitches.Headers, plan.Debug);
    }

    [Fact]
    public void Plan_WithDebugField_TellsHeaders()
    {
        var request = Planned.Request("/a.mp4?width=640", ("X-Debug", "1"));
        Assert.Equal(DebugSwitches.Headers, new VideoPlanner(new(), Planned.Time).Plan(request with { MayDebug = true }).Debug);
    }

    [Fact]
    public void Plan_Traced_SaysWhatWasDecided()
    {
        var plan = new VideoPlanner(new(), Planned.Time).Plan(Planned.Request("/a.mp4?imwidth=700&debug=view") with { MayDebug = true });
        Assert.Contains(plan.Trace, s => s.Category == "responsive" && s.Message.Contains("mobile", StringComparison.Ordinal));
        Assert.Empty(Planned.For("/a.mp4?imwidth=700").Trace);
    }

    [Theory]
    [InlineData("?width=640", true)]
    [InlineData("?derivative=mobile", true)]
    [InlineData("?imwidth=640", true)]
    [InlineData("?width=auto", false)]
    [InlineData("?width=640&format=auto", false)]
    public void IsForAll_WhenFieldsDecide_IsFalse(string query, bool isForAll) => Assert.Equal(isForAll, Planned.For("/a.mp4" + query).IsForAll);

    [Fact]
    public void Error_AsJson_HasTypeMessageAndStatus()
    {
        var error = new VideoError(VideoErrorType.InvalidOptionCombination, "not \"so\" <b>");
        Assert.Equal("""{"error":"INVALID_OPTION_COMBINATION","message":"not \u0022so\u0022 \u003Cb\u003E","statusCode":400}""", Encoding.UTF8.GetString(error.ToJson()));
    }

    [Fact]
    public void Planner_OfPolicyWithErrors_ListsThemAll()
    {
        var policy = new VideoPolicy { SizeStep = 3, MaximumDimension = 5000, Breakpoints = [new(800, "none"), new(700, "thumbnail")], Parameters = new HashSet<string> { "colour" } };
        var failure = Assert.Throws<ArgumentException>(() => new VideoPlanner(policy, Planned.Time));
        foreach (var part in (string[])["even number", "largest dimension", "narrow to wide", "\"none\"", "\"thumbnail\"", "\"colour\""]) Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Planner_OfDerivativeOutOfRange_IsRefused()
    {
        static string Message(Sluice.Video.Derivatives.Derivative derivative) => Assert.Throws<ArgumentException>(() => new VideoPlanner(
            new VideoPolicy { Derivatives = new VideoPolicy().Derivatives.Append(new("mine", derivative)).ToDictionary() }, Planned.Time)).Message;

        Assert.Contains("sizes", Message(new() { Width = 5000 }), StringComparison.Ordinal);
        Assert.Contains("mode=frame makes", Message(new() { Mode = VideoMode.Frame, Format = "mp4" }), StringComparison.Ordinal);
        Assert.Contains("needs width and height", Message(new() { Mode = VideoMode.SpriteSheet }), StringComparison.Ordinal);
    }
}
