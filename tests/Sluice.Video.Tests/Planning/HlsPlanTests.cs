using System.Text;
using Sluice.Video.Derivatives;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Tests.Planning;

/// <summary>HLS of a video without an encoder before: names, sizes, playlists.</summary>
public sealed class HlsPlanTests
{
    private static readonly SourceStreams Wide = new(1920, 1080, true);

    [Theory]
    [InlineData("/a.mp4/hls.m3u8", "/a.mp4", "hls:a.mp4", "?mode=hls")]
    [InlineData("/a.mp4/hls.m3u8?v=3", "/a.mp4", "hls:a.mp4", "?mode=hls")]
    [InlineData("/a.mp4?mode=hls&segment=0", "/a.mp4", "hls:a.mp4:segment=0", "?mode=hls&segment=0")]
    [InlineData("/v/a.WEBM/hls-7.ts?bitrate=800k&width=640&height=360", "/v/a.WEBM", "hls:v/a.WEBM:w=640:h=360:b=800k:segment=7", "?mode=hls&width=640&height=360&bitrate=800k&segment=7")]
    [InlineData("/a.mp4/hls.m3u8?height=360&audio=false&fps=10", "/a.mp4", "hls:a.mp4:w=640:h=360:b=1000k:audio=false", "?mode=hls&width=640&height=360&bitrate=1000k&audio=false")]
    [InlineData("/a.mp4/b.mp4/hls-99999.ts", "/a.mp4/b.mp4", "hls:a.mp4/b.mp4:segment=99999", "?mode=hls&segment=99999")]
    public void Name_BelowAVideo_IsItsPlaylistOrSegment(string url, string source, string key, string query)
    {
        var plan = Planned.For(url);
        Assert.Equal((VideoPlanKind.Variant, source, key, query), (plan.Kind, plan.SourcePath, plan.Key, plan.Query));
        Assert.Equal(plan.Options, Planned.For(source + plan.Query).Options);
        Assert.Equal(plan.Options!.Segment is null ? "m3u8" : "ts", plan.Options.Format);
    }

    [Theory]
    [InlineData("/a.mp4/hls-07.ts")]
    [InlineData("/a.mp4/hls-.ts")]
    [InlineData("/a.mp4/hls-x.ts")]
    [InlineData("/a.mp4/hls-+1.ts")]
    [InlineData("/a.mp4/hls-100000.ts")]
    [InlineData("/a.mp4/hls-99999999999999999999.ts")]
    [InlineData("/a.mp4/hls-1.ts/")]
    [InlineData("/a.mp4/HLS.m3u8")]
    [InlineData("/a.txt/hls.m3u8")]
    [InlineData("/a.mp4//hls.m3u8")]
    [InlineData("/hls.m3u8")]
    [InlineData("hls.m3u8")]
    [InlineData("/.m3u8/hls.m3u8")]
    public void Name_ThatIsNone_Passes(string url) => Assert.Same(VideoPlan.PassThrough, Planned.For(url));

    [Fact]
    public void Name_WhereTheModeIsNotOffered_IsTheOrigins() =>
        Assert.Same(VideoPlan.PassThrough, Planned.For(new VideoPolicy { Modes = new HashSet<VideoMode> { VideoMode.Video } }, "/a.mp4/hls.m3u8?width=640"));

    [Theory]
    [InlineData("/a.mp4?segment=1", VideoErrorType.InvalidOptionCombination)]
    [InlineData("/a.mp4?mode=frame&segment=1", VideoErrorType.InvalidOptionCombination)]
    [InlineData("/a.mp4?mode=hls&segment=-1", VideoErrorType.InvalidParameter)]
    [InlineData("/a.mp4?mode=hls&format=mp4", VideoErrorType.InvalidFormat)]
    [InlineData("/a.mp4/hls.m3u8?time=3s", VideoErrorType.InvalidOptionCombination)]
    [InlineData("/a.mp4/hls.m3u8?duration=3s", VideoErrorType.InvalidOptionCombination)]
    [InlineData("/a.mp4/hls.m3u8?mode=frame", VideoErrorType.InvalidOptionCombination)]
    [InlineData("/a.mp4/hls-0.ts?derivative=mobile", VideoErrorType.InvalidOptionCombination)]
    [InlineData("/a.mp4/hls.m3u8?width=5", VideoErrorType.InvalidDimension)]
    public void Plan_OfWhatMakesNoSense_IsRefused(string url, VideoErrorType error) => Assert.Equal(error, Planned.For(url).Error?.Type);

    [Fact]
    public void DerivativesOnly_TakesThoseOfTheMode_AndTheirSegments()
    {
        var policy = new VideoPolicy { DerivativesOnly = true, Derivatives = new Dictionary<string, Derivative>(DefaultDerivatives.All) { ["sd"] = Hls("width=640&height=360") } };
        Assert.Equal("hls:a.mp4:derivative=sd:segment=3", Planned.For(policy, "/a.mp4/hls-3.ts?derivative=sd").Key);
        Assert.Equal("hls:a.mp4", Planned.For(policy, "/a.mp4/hls.m3u8").Key);
        Assert.Equal(VideoErrorType.ParameterNotAllowed, Planned.For(policy, "/a.mp4/hls-3.ts?width=640").Error?.Type);
        var planner = new VideoPlanner(policy, Planned.Time);
        Assert.Equal(["?derivative=sd"], planner.SizesFor(Master(planner), Wide).Select(planner.QueryOf));
        Assert.Empty(new VideoPlanner(new VideoPolicy { DerivativesOnly = true }, Planned.Time).SizesFor(Master(planner), Wide));
    }

    [Theory]
    [InlineData(1920, 1080, "640x360 1280x720 1920x1080")]
    [InlineData(1920, 800, "640x360 1280x720 1920x1080")]
    [InlineData(1280, 720, "640x360 1280x720")]
    [InlineData(640, 480, "640x360")]
    [InlineData(1080, 1920, "360x640 720x1280 1080x1920")]
    [InlineData(320, 180, "x")]
    public void Sizes_AreNoneLargerThanTheSource(int width, int height, string sizes)
    {
        var planner = new VideoPlanner(new VideoPolicy(), Planned.Time);
        Assert.Equal(sizes, string.Join(' ', planner.SizesFor(Master(planner), new(width, height, true)).Select(size => $"{size.Width}x{size.Height}")));
    }

    [Fact]
    public void Sizes_AreTheDerivativesWhereThereAreAny_AndNoneThatIsNotOffered()
    {
        var planner = new VideoPlanner(new VideoPolicy { Derivatives = new Dictionary<string, Derivative>(DefaultDerivatives.All) { ["low"] = Hls("width=426&height=240"), ["hd"] = Hls("width=1280&height=720"), ["all"] = Hls("audio=false") } }, Planned.Time);
        Assert.Equal(["?derivative=low", "?derivative=hd"], planner.SizesFor(Master(planner), Wide).Select(planner.QueryOf));
        Assert.Equal(["?derivative=low"], planner.SizesFor(Master(planner), new(320, 180, true)).Select(planner.QueryOf));
        var lesser = new Dictionary<string, Derivative>(DefaultDerivatives.All) { ["desktop"] = new() { Width = 1280 }, ["high"] = new() { Width = 1280 } };
        Assert.DoesNotContain(new VideoPlanner(new VideoPolicy { MaximumDimension = 1280, Derivatives = lesser }, Planned.Time).SizesFor(Master(planner), Wide), size => size.Width > 1280);
    }

    /// <summary>What a playlist names is played, however few parameters a route takes of others.</summary>
    [Theory]
    [InlineData("width format", 100, "?width=600", 1920, 1080)]
    [InlineData("width height", 2, "?width=640&height=480&fit=pad", 1080, 1920)]
    [InlineData("height", 50, "?height=250", 320, 180)]
    [InlineData("format", 2, "", 1280, 720)]
    [InlineData("derivative", 2, "?derivative=sd", 1280, 720)]
    [InlineData("width", 2, "", 1280, 720, "sd")]
    public void Names_InPlaylists_AreTakenWhereFewParametersAre(string parameters, int step, string query, int width, int height, string? derivative = null)
    {
        if (parameters == "derivative") derivative = "sd";
        var taken = parameters.Split(' ');
        var policy = new VideoPolicy { Parameters = taken.ToHashSet(), SizeStep = step };
        if (derivative is not null) policy = policy with { Derivatives = new Dictionary<string, Derivative>(DefaultDerivatives.All) { [derivative] = Hls("width=640&height=360") } };
        var planner = new VideoPlanner(policy, Planned.Time);
        Assert.All(planner.SizesFor(Master(planner), new(width, height, true)), IsTaken);
        if (!query.Contains("fit", StringComparison.Ordinal)) IsTaken(Planned.For(planner, "/a.mp4/hls.m3u8" + query).Options!);
        // And nothing beyond that.
        Assert.Equal(VideoErrorType.ParameterNotAllowed, Planned.For(planner, "/a.mp4/hls.m3u8?width=640&height=360&bitrate=900k").Error?.Type);
        Assert.Equal(VideoErrorType.ParameterNotAllowed, Planned.For(planner, "/a.mp4?width=640&height=360&bitrate=800k").Error?.Type);

        void IsTaken(VideoOptions size)
        {
            foreach (var one in (VideoOptions[])[size, size with { Segment = 7, Format = "ts" }])
                Assert.Equal(one, Planned.For(planner, "/a.mp4" + HlsPath.Of(one) + HlsPath.QueryOf(planner.QueryOf(one))).Options);
        }
    }

    [Fact]
    public void Playlists_NameWhatThereIs()
    {
        var planner = new VideoPlanner(new VideoPolicy(), Planned.Time);
        var sizes = planner.SizesFor(Master(planner), new(1280, 720, true));
        Assert.Equal("""
            #EXTM3U
            #EXT-X-VERSION:3
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-STREAM-INF:BANDWIDTH=1460800,AVERAGE-BANDWIDTH=1020800,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=23.976
            640
            #EXT-X-STREAM-INF:BANDWIDTH=4265800,AVERAGE-BANDWIDTH=2890800,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=23.976
            1280

            """, Encoding.UTF8.GetString(HlsPlaylist.WriteMaster(sizes, new(1280, 720, true), 24000 / 1001.0, size => $"{size.Width}")));
        Assert.Contains("CODECS=\"avc1.64001f\",RESOLUTION=1280x720\n", Encoding.UTF8.GetString(HlsPlaylist.WriteMaster([sizes[1]], new(1280, 720, false), null, _ => "a")), StringComparison.Ordinal);
        Assert.Equal("""
            #EXTM3U
            #EXT-X-VERSION:3
            #EXT-X-TARGETDURATION:5
            #EXT-X-MEDIA-SEQUENCE:0
            #EXT-X-PLAYLIST-TYPE:VOD
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXTINF:4.000000,
            0
            #EXTINF:4.750000,
            1
            #EXT-X-ENDLIST

            """, Encoding.UTF8.GetString(HlsPlaylist.Write(HlsGrid.For(TimeSpan.FromSeconds(8.75)), i => $"{i}")));
    }

    [Theory]
    [InlineData(0.04, 1)]
    [InlineData(4, 1)]
    [InlineData(4.99, 1)]
    [InlineData(5, 2)]
    [InlineData(8.99, 2)]
    [InlineData(7200, 1800)]
    public void Grid_HasNoSegmentOfAMoment(double seconds, int segments)
    {
        var grid = HlsGrid.For(TimeSpan.FromSeconds(seconds));
        Assert.Equal(segments, grid.Segments);
        Assert.Equal(grid.Length, new TimeSpan(Enumerable.Range(0, segments).Sum(i => grid.LengthOf(i).Ticks)));
        Assert.All(Enumerable.Range(0, segments - 1), i => Assert.Equal(HlsGrid.FirstFrame(i + 1), grid.EndFrame(i)));
        Assert.InRange(grid.EndFrame(segments - 1) * HlsGrid.SamplesOfFrame / (double)HlsGrid.SamplesPerSecond, seconds, seconds + 0.022);
    }

    [Theory]
    [InlineData(640, 360, 30.0, 30)]
    [InlineData(640, 360, 60.0, 31)]
    [InlineData(1280, 720, 30.0, 31)]
    [InlineData(1280, 720, 60.0, 40)]
    [InlineData(1920, 1080, 30.0, 40)]
    [InlineData(1920, 1080, 60.0, 42)]
    [InlineData(1920, 1080, null, 40)]
    [InlineData(3840, 2160, 60.0, 52)]
    [InlineData(8000, 8000, 60.0, 52)]
    public void Level_IsWhatDecodersNeed(int width, int height, double? rate, int level) => Assert.Equal(level, HlsSize.LevelOf((width, height), rate));

    private static VideoOptions Master(VideoPlanner planner) => Planned.For(planner, "/a.mp4/hls.m3u8").Options!;

    private static Derivative Hls(string text) => DerivativeText.TryParse("mode=hls&" + text, out var derivative, out var problem) ? derivative : throw new ArgumentException(problem);
}
