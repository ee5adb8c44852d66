using Sluice.Core.Processes;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;

namespace Sluice.Video.Tests.Ffmpeg;

public class FfmpegArgumentsTests
{
    private const string Url = "http://127.0.0.1:1/x";
    private static readonly FfmpegInput Source = new(Url);
    private static readonly FfmpegLimits Limits = new() { Threads = 2 };

    [Fact]
    public void Video_BeginsWithItsBounds_AndReadsNothingButItsSource()
    {
        var arguments = FfmpegArguments.For(new VideoOptions { Format = "mp4", Width = 640, Height = 360 }, Source, Limits);
        Assert.Single(arguments, "-i");
        Assert.Equal(Url, After(arguments, "-i"));
        Assert.Equal("http,tcp", After(arguments, "-protocol_whitelist"));
        Assert.DoesNotContain("concat", After(arguments, "-format_whitelist").Split(','));
        Assert.DoesNotContain("hls", After(arguments, "-format_whitelist").Split(','));
        Assert.Equal("33177600", After(arguments, "-max_pixels"));
        // Options of the input stand before it.
        foreach (var option in (string[])["-protocol_whitelist", "-format_whitelist", "-max_pixels", "-threads", "-recv_buffer_size"]) Assert.True(IndexOf(arguments, option) < IndexOf(arguments, "-i"));
        Assert.Equal("pipe:1", arguments[^1]);
    }

    [Fact]
    public void Video_StreamsAsFragments() =>
        Assert.Equal("frag_keyframe+empty_moov+default_base_moof", After(FfmpegArguments.For(new VideoOptions { Format = "mp4" }, Source, Limits), "-movflags"));

    // ffmpeg aborts where a fragment ends between pictures that are told by later ones: no more than ten seconds lie between those of the lowest rate.
    [Theory]
    [InlineData(VideoMode.Video, "30000000")]
    [InlineData(VideoMode.Audio, "2000000")]
    public void Fragments_EndBetweenPicturesOfAVideoOnlyWhereThereAreNone(VideoMode mode, string microseconds) =>
        Assert.Equal(microseconds, After(FfmpegArguments.For(new VideoOptions { Mode = mode, Format = mode == VideoMode.Audio ? "m4a" : "mp4" }, Source, Limits), "-frag_duration"));

    [Fact]
    public void Times_AreOptionsOfTheInput_SoThatItIsSoughtAndNotReadThrough()
    {
        var arguments = FfmpegArguments.For(new VideoOptions { Format = "mp4", Time = TimeSpan.FromSeconds(2.5), Duration = TimeSpan.FromSeconds(3) }, Source, Limits);
        Assert.Equal(("2.5", "3"), (After(arguments, "-ss"), After(arguments, "-t")));
        Assert.True(IndexOf(arguments, "-ss") < IndexOf(arguments, "-i"));
    }

    [Theory]
    [InlineData(VideoFit.Contain, 320, 180, "scale=320:180:force_original_aspect_ratio=decrease:force_divisible_by=2")]
    [InlineData(VideoFit.Cover, 320, 180, "scale=320:180:force_original_aspect_ratio=increase,crop=320:180")]
    [InlineData(VideoFit.Pad, 320, 180, "scale=320:180:force_original_aspect_ratio=decrease:force_divisible_by=2,pad=320:180:(ow-iw)/2:(oh-ih)/2")]
    [InlineData(VideoFit.ScaleDown, 320, 180, "scale='min(320,iw)':'min(180,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2")]
    [InlineData(VideoFit.Contain, 320, null, "scale=320:-2")]
    [InlineData(VideoFit.Contain, null, 180, "scale=-2:180")]
    [InlineData(VideoFit.Contain, null, null, "scale=trunc(iw/2)*2:trunc(ih/2)*2")]
    public void Fit_IsAFilterOfNumbers(VideoFit fit, int? width, int? height, string filter) => Assert.Equal(filter, PictureFilters.Fit(fit, width, height));

    [Fact]
    public void Picture_IsCutTurnedFittedAndTouchedUp_InThatOrder() => Assert.Equal(
        "yadif=deint=interlaced,crop='min(320,iw-min(8,iw-10))':'min(240,ih-min(16,ih-10))':'min(8,iw-10)':'min(16,ih-10)',scale='iw*clip(sar,0.25,4)':ih,transpose=clock,scale=64:-2,gblur=sigma=2,unsharp=5:5:0.6,eq=brightness=-0.5:contrast=1.25:saturation=0,setsar=1",
        PictureFilters.For(new VideoOptions
        {
            Format = "jpg", Mode = VideoMode.Frame, Width = 64, Rotate = 90, Crop = new(8, 16, 320, 240),
            Tuning = new() { Sharpen = 2, Blur = 10, Brightness = -50, Contrast = 25, Saturation = -100 },
        }));

    // Before what is touched up, and after it was made smaller: it goes by floating point.
    [Fact]
    public void Picture_OfHighDynamicRange_IsToldInStandardRange() => Assert.Equal(
        $"yadif=deint=interlaced,scale='iw*clip(sar,0.25,4)':ih,scale=64:-2,{ToneMap.Filters},gblur=sigma=2,setsar=1",
        PictureFilters.For(new VideoOptions { Format = "mp4", Width = 64, Tuning = new() { Blur = 10 } }, Colours.Hdr));

    [Theory]
    [InlineData("mp4", true)]
    [InlineData("avif", true)]
    [InlineData("png", false)]
    public void Picture_InRgb_BecomesVideoThatTellsItsColours_AndNoneInAPng(string format, bool isVideo) =>
        Assert.Equal(isVideo, PictureFilters.For(new VideoOptions { Mode = format == "mp4" ? VideoMode.Video : VideoMode.Frame, Format = format }, Colours.Rgb).Contains("out_color_matrix=bt709", StringComparison.Ordinal));

    [Theory]
    [InlineData("jpg", ",setsar=1,scale=out_color_matrix=bt601:out_range=pc")]
    [InlineData("webp", ",setsar=1,scale=out_color_matrix=bt601:out_range=tv")]
    [InlineData("png", ",setsar=1,setparams=color_primaries=unknown:color_trc=unknown")]
    [InlineData("avif", ",setsar=1")]
    public void Frame_HasTheColoursOfItsFormat(string format, string end) =>
        Assert.EndsWith(end, After(FfmpegArguments.For(new VideoOptions { Mode = VideoMode.Frame, Format = format }, Source, Limits), "-vf"), StringComparison.Ordinal);

    [Fact]
    public void Cells_AreSoughtEachByItself_WithTheBoundsOfAnySource()
    {
        var options = new VideoOptions { Format = "jpg", Mode = VideoMode.SpriteSheet, Width = 640, Height = 360, Columns = 2, Rows = 2, Time = TimeSpan.FromSeconds(10) };
        var arguments = FfmpegArguments.ForCells(options, SpriteGrid.For(options, TimeSpan.FromSeconds(410)), 1..3, Source, Limits);
        Assert.Equal(["160", "260"], arguments.Zip(arguments.Skip(1)).Where(pair => pair.First == "-ss").Select(pair => pair.Second));
        foreach (var option in (string[])["-i", "-protocol_whitelist", "-format_whitelist", "-max_pixels", "-recv_buffer_size"]) Assert.Equal(2, arguments.Count(argument => argument == option));
    }

    [Theory]
    [InlineData("25%", 100.0, null, 25.0)]
    [InlineData("100%", 100.0, null, 100.0)]
    [InlineData("0f", null, 25.0, 0.0)]
    [InlineData("750f", null, 25.0, 29.98)]
    [InlineData("25%", null, 25.0, null)]
    [InlineData("750f", 100.0, null, null)]
    public void Place_InASource_IsATime(string place, double? length, double? rate, double? seconds) =>
        Assert.Equal(seconds, VideoPlace.Read(place)!.Value.In(length is { } whole ? TimeSpan.FromSeconds(whole) : null, rate)?.TotalSeconds);

    [Theory]
    [InlineData(1.5, "atempo=1.5")]
    [InlineData(4, "atempo=2,atempo=2")]
    [InlineData(0.25, "atempo=0.5,atempo=0.5")]
    public void Tempo_BeyondWhatOneFilterTakes_IsSeveral(double speed, string filter) => Assert.Equal(filter, PictureFilters.Tempo(speed));

    [Theory]
    [InlineData(VideoLevel.Low, "500000")]
    [InlineData(VideoLevel.Medium, "1500000")]
    [InlineData(VideoLevel.High, "3000000")]
    public void Quality_BoundsTheRate(VideoLevel quality, string rate) =>
        Assert.Equal(rate, After(FfmpegArguments.For(new VideoOptions { Format = "mp4", Quality = quality }, Source, Limits), "-maxrate"));

    [Fact]
    public void Compression_HighTakesMoreAwayThanLow()
    {
        int Constant(VideoLevel level) => int.Parse(After(FfmpegArguments.For(new VideoOptions { Format = "mp4", Compression = level }, Source, Limits), "-crf"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Constant(VideoLevel.Low) < Constant(VideoLevel.Medium) && Constant(VideoLevel.Medium) < Constant(VideoLevel.High));
    }

    private static int IndexOf(IReadOnlyList<string> arguments, string option) => arguments.ToList().IndexOf(option);

    private static string After(IReadOnlyList<string> arguments, string option) => arguments[IndexOf(arguments, option) + 1];
}
