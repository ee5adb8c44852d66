using Sluice.Video.Options;
using Sluice.Video.Planning;
using Sluice.Video.Tests.Planning;

namespace Sluice.Video.Tests.Options;

/// <summary>Parameters, ranges and combinations (rows U001 to U019, U026).</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData("width=9", "INVALID_DIMENSION")]
    [InlineData("width=2001", "INVALID_DIMENSION")]
    [InlineData("height=0", "INVALID_DIMENSION")]
    [InlineData("width=-640", "INVALID_DIMENSION")]
    [InlineData("width=640.5", "INVALID_DIMENSION")]
    [InlineData("width=640px", "INVALID_DIMENSION")]
    [InlineData("width=1;rm", "INVALID_DIMENSION")]
    [InlineData("width=%00640", "INVALID_DIMENSION")]
    [InlineData("width=640%00", "INVALID_DIMENSION")]
    [InlineData("width=%2B640", "INVALID_DIMENSION")]
    [InlineData("width=6e2", "INVALID_DIMENSION")]
    [InlineData("width=0x280", "INVALID_DIMENSION")]
    [InlineData("width=NaN", "INVALID_DIMENSION")]
    [InlineData("width=Infinity", "INVALID_DIMENSION")]
    [InlineData("width=%D9%A6%D9%A4%D9%A0", "INVALID_DIMENSION")] // 640 in Arabic-Indic digits
    [InlineData("width=٦٤٠", "INVALID_DIMENSION")]
    [InlineData("width=99999999999999999999", "INVALID_DIMENSION")]
    [InlineData("time=-f", "INVALID_TIME_VALUE")]
    [InlineData("time=-1s", "INVALID_TIME_VALUE")]
    [InlineData("time=601s", "INVALID_TIME_VALUE")]
    [InlineData("time=10.1m", "INVALID_TIME_VALUE")]
    [InlineData("time=5", "INVALID_TIME_VALUE")]
    [InlineData("time=5h", "INVALID_TIME_VALUE")]
    [InlineData("time=NaNs", "INVALID_TIME_VALUE")]
    [InlineData("time=.5s", "INVALID_TIME_VALUE")]
    [InlineData("time=1:60", "INVALID_TIME_VALUE")]
    [InlineData("time=1:2:3:4", "INVALID_TIME_VALUE")]
    [InlineData("time=99999999999999s", "INVALID_TIME_VALUE")]
    [InlineData("duration=0.5s", "INVALID_TIME_VALUE")]
    [InlineData("duration=301s", "INVALID_TIME_VALUE")]
    [InlineData("dur=6m", "INVALID_TIME_VALUE")]
    [InlineData("time=101%25", "INVALID_TIME_VALUE")]
    [InlineData("time=-1%25", "INVALID_TIME_VALUE")]
    [InlineData("time=%25", "INVALID_TIME_VALUE")]
    [InlineData("time=72001f", "INVALID_TIME_VALUE")]
    [InlineData("time=1.5f", "INVALID_TIME_VALUE")]
    [InlineData("duration=25%25", "INVALID_TIME_VALUE")]
    [InlineData("crop=0,0,100", "INVALID_DIMENSION")]
    [InlineData("crop=0,0,9,100", "INVALID_DIMENSION")]
    [InlineData("crop=-1,0,100,100", "INVALID_DIMENSION")]
    [InlineData("crop=0,0,100,100,100", "INVALID_DIMENSION")]
    [InlineData("crop=iw,0,100,100", "INVALID_DIMENSION")]
    [InlineData("crop=0,0,20001,100", "INVALID_DIMENSION")]
    [InlineData("mode=frame&sharpen=11", "INVALID_PARAMETER")]
    [InlineData("mode=frame&blur=-1", "INVALID_PARAMETER")]
    [InlineData("mode=frame&brightness=-101", "INVALID_PARAMETER")]
    [InlineData("mode=frame&contrast=--5", "INVALID_PARAMETER")]
    [InlineData("mode=frame&saturation=-", "INVALID_PARAMETER")]
    [InlineData("format=avif", "INVALID_FORMAT")]
    [InlineData("fps=0", "INVALID_PARAMETER")]
    [InlineData("fps=121", "INVALID_PARAMETER")]
    [InlineData("speed=0", "INVALID_PARAMETER")]
    [InlineData("speed=-1", "INVALID_PARAMETER")]
    [InlineData("rotate=45", "INVALID_PARAMETER")]
    [InlineData("bitrate=1", "INVALID_PARAMETER")]
    [InlineData("bitrate=M", "INVALID_PARAMETER")]
    [InlineData("bitrate=999999999999M", "INVALID_PARAMETER")]
    [InlineData("dpr=5&width=100", "INVALID_PARAMETER")]
    [InlineData("columns=0&mode=spritesheet&width=100&height=100", "INVALID_PARAMETER")]
    [InlineData("derivative=nonesuch", "INVALID_PARAMETER")]
    [InlineData("width=640&w=320", "INVALID_PARAMETER")]
    [InlineData("width=640&width=640", "INVALID_PARAMETER")]
    [InlineData("format=png", "INVALID_FORMAT")]
    [InlineData("mode=frame&format=mp4", "INVALID_FORMAT")]
    [InlineData("mode=audio&format=mp4", "INVALID_FORMAT")]
    [InlineData("mode=spritesheet&width=640&height=480&format=png", "INVALID_FORMAT")]
    [InlineData("mode=audio&width=640", "INVALID_OPTION_COMBINATION")]
    [InlineData("mode=audio&audio=false", "INVALID_OPTION_COMBINATION")]
    [InlineData("mode=spritesheet&width=640", "INVALID_OPTION_COMBINATION")]
    [InlineData("mode=spritesheet", "INVALID_OPTION_COMBINATION")]
    [InlineData("mode=frame&loop=true", "INVALID_OPTION_COMBINATION")]
    [InlineData("mode=frame&muted=true", "INVALID_OPTION_COMBINATION")]
    [InlineData("mode=audio&preload=auto", "INVALID_OPTION_COMBINATION")]
    [InlineData("autoplay=true&width=640", "INVALID_OPTION_COMBINATION")]
    [InlineData("audio=true&mute=true", "INVALID_OPTION_COMBINATION")]
    public void Plan_OfWrongValue_IsRefusedWithItsType(string query, string type)
    {
        var plan = Planned.For("/a.mp4?" + query);
        Assert.Equal(VideoPlanKind.Refused, plan.Kind);
        Assert.Equal(type, plan.Error!.Code);
        Assert.Equal(400, plan.Error.Status);
        Assert.Equal("", plan.Key);
    }

    [Theory]
    [InlineData("quality=best")]
    [InlineData("compression=9")]
    [InlineData("fit=stretch")]
    [InlineData("mode=film")]
    [InlineData("format=heic")]
    [InlineData("audio=maybe")]
    [InlineData("preload=some")]
    [InlineData("filename=../../etc/passwd")]
    [InlineData("filename=a.b.c")]
    [InlineData("columns=3")]
    public void Plan_OfWordUnknown_GoesOnWithoutItAndSaysSo(string query)
    {
        var plan = Planned.For("/a.mp4?width=640&" + query);
        Assert.Equal("video:a.mp4:w=640:h=360:f=mp4", plan.Key);
        Assert.Single(plan.Warnings);
    }

    [Theory]
    [InlineData("time=1.5m", 90)]
    [InlineData("time=1:30", 90)]
    [InlineData("time=0:01:30.25", 90.25)]
    [InlineData("time=90.254s", 90.25)]
    [InlineData("start=600s", 600)]
    public void Time_InEitherForm_IsRead(string query, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Options(query).Time);

    [Theory]
    [InlineData("width=640", 640, 360)]
    [InlineData("height=360", 640, 360)]
    [InlineData("width=641", 642, 362)]
    [InlineData("width=10", 10, 10)]
    [InlineData("height=2000", 2000, 2000)]
    [InlineData("width=300&height=301", 300, 302)]
    [InlineData("width=640&dpr=2", 1280, 720)]
    [InlineData("width=1500&height=1500&dpr=2", 2000, 2000)]
    [InlineData("width=1600&height=900&dpr=4", 2000, 1126)]
    public void Sizes_OfRequest_AreEvenAndWithinBounds(string query, int width, int height)
    {
        var options = Options(query);
        Assert.Equal((width, height), (options.Width, options.Height));
    }

    [Fact]
    public void Sizes_OfTenThousandWidths_AreFew()
    {
        static int Count(VideoPolicy policy, string name)
        {
            var planner = new VideoPlanner(policy, Planned.Time);
            return Enumerable.Range(1, 10_000).Select(w => Planned.For(planner, $"/a.mp4?{name}={w}")).Where(p => p.Kind == VideoPlanKind.Variant).Select(p => p.Key).Distinct().Count();
        }

        Assert.Equal(3, Count(new(), "imwidth"));
        Assert.InRange(Count(new(), "imheight"), 3, 80);
        Assert.Equal(996, Count(new(), "width"));
        Assert.Equal(20, Count(new() { SizeStep = 100 }, "width"));
    }

    [Fact]
    public void Duration_BeyondTheLimit_IsCutToIt()
    {
        var plan = Planned.For(new VideoPolicy { MaximumDuration = TimeSpan.FromSeconds(30) }, "/a.mp4?duration=60s");
        Assert.Equal("video:a.mp4:f=mp4:duration=30s", plan.Key);
        Assert.Single(plan.Warnings);
    }

    [Fact]
    public void Aliases_OfOtherServices_MeanTheSame()
    {
        var asked = Options("w=320&h=200&q=low&f=webm&start=1s&dur=2s&mute=true&obj-fit=crop&bitrate=500k");
        Assert.Equal(Options("width=320&height=200&quality=low&format=webm&time=1s&duration=2s&audio=false&fit=cover&bitrate=500000"), asked);
    }

    [Fact]
    public void Hints_ToPlayers_AreKeptBesideTheBytes()
    {
        var options = Options("width=640&loop=1&autoplay=true&muted=true&preload=METADATA&filename=Clip-1.MP4");
        Assert.True(options is { Loop: true, Autoplay: true, Muted: true, Audio: true, Preload: VideoPreload.Metadata, FileName: "clip-1.mp4" });
    }

    [Theory]
    [InlineData("Some options have no effect in mode=spritesheet.", "mode=spritesheet&width=600&height=400&speed=2")]
    [InlineData("A sprite sheet of that shape has very flat or very narrow pictures.", "mode=spritesheet&width=600&height=100")]
    [InlineData("A sprite sheet over more than 60s shows few moments.", "mode=spritesheet&width=600&height=400&duration=61s")]
    public void SpriteSheet_OfOddShape_Warns(string warning, string query) => Assert.Equal([warning], Planned.For("/a.mp4?" + query).Warnings);

    [Fact]
    public void Mode_NotOffered_IsRefused()
    {
        var plan = Planned.For(new VideoPolicy { Modes = new[] { VideoMode.Video }.ToHashSet() }, "/a.mp4?mode=frame");
        Assert.Equal("INVALID_MODE", plan.Error!.Code);
    }

    private static VideoOptions Options(string query) => Planned.For("/a.mp4?" + query).Options!;
}
