using System.Net;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>VAR-08 to VAR-10, U002 to U018: what comes out is what was asked for, as ffprobe sees it.</summary>
public sealed class ModeTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Theory]
    [InlineData("width=320&height=180", 240, 180)]
    [InlineData("width=320&height=180&fit=cover", 320, 180)]
    [InlineData("width=320&height=180&fit=pad", 320, 180)]
    [InlineData("width=1280&height=720&fit=scale-down", 640, 480)]
    [InlineData("rotate=90", 480, 640)]
    [InlineData("crop=100,50,320,200", 320, 200)]
    [InlineData("crop=600,400,320,200", 40, 80)]
    [InlineData("derivative=mobile", 480, 360)]
    public async Task Video_IsFittedAsAsked(string query, int width, int height)
    {
        var (answer, file) = await video.GetAsync("/square.mp4?" + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("video/mp4", answer.Content.Headers.ContentType?.MediaType);
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        var probe = await Probe.OfAsync(file);
        Assert.Equal(("h264", width, height, "aac"), (probe.Video, probe.Width, probe.Height, probe.Audio));
        Assert.InRange(probe.Duration!.Value, 7.9, 8.3);
        Assert.Equal(200, probe.Frames);
    }

    // As a DVD has it: 720x576 pixels that are shown as 1024x576. In its middle a square, which has to stay one.
    [Theory]
    [InlineData("mode=frame&width=640&height=360", 640, 360, 360 / 2)]
    [InlineData("mode=frame", 1024, 576, 576 / 2)]
    [InlineData("mode=frame&crop=180,0,360,576", 512, 576, 576 / 2)]
    [InlineData("mode=frame&rotate=90&height=640", 360, 640, 360 / 2)]
    [InlineData("width=640", 640, 360, 360 / 2)]
    [InlineData("mode=spritesheet&width=320&height=180&columns=1&rows=1", 320, 180, 180 / 2)]
    public async Task Picture_OfASourceWhosePixelsAreNotSquare_KeepsItsShape(string query, int width, int height, int side)
    {
        var clip = await Clips.MakeAsync("wide.mp4", "-f", "lavfi", "-i", "color=c=black:s=1024x576:r=25:d=1,drawbox=x=368:y=144:w=288:h=288:c=white:t=fill", "-vf", "scale=720:576,setsar=64/45", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        if (!File.Exists(video.Folder.FileOf("wide.mp4"))) File.Copy(clip, video.Folder.FileOf("wide.mp4"));
        var (_, file) = await video.GetAsync("/wide.mp4?" + query);
        var probe = await Probe.OfAsync(file);
        Assert.Equal((width, height), (probe.Width, probe.Height));
        var pixels = await Clips.PixelsAsync(file, width, height);
        var across = Enumerable.Range(0, width).Count(x => pixels[((height / 2 * width) + x) * 3] > 128);
        var down = Enumerable.Range(0, height).Count(y => pixels[((y * width) + (width / 2)) * 3] > 128);
        Assert.InRange(across, side - 4, side + 4);
        Assert.InRange(down, side - 4, side + 4);
    }

    [Theory]
    [InlineData("time=2s&duration=3s", 3, 75)]
    [InlineData("speed=2", 4, 100)]
    [InlineData("fps=10", 8, 80)]
    public async Task Video_IsAsLongAndAsFastAsAsked(string query, double seconds, int frames)
    {
        var probe = await Probe.OfAsync((await video.GetAsync("/square.mp4?width=160&" + query)).File);
        Assert.InRange(probe.Duration!.Value, seconds - 0.15, seconds + 0.3);
        Assert.InRange(probe.Frames, frames - 2, frames + 2);
    }

    // Of a video that is white for two pictures of each second: they were up to 100 ms behind their sound.
    [Theory]
    [InlineData(2, "mp4")]
    [InlineData(2, "webm")]
    [InlineData(1.5, "mp4")]
    [InlineData(0.5, "mp4")]
    public async Task Video_OfAnotherSpeed_HasEachPictureAtItsTime(double speed, string format)
    {
        var clip = await Clips.MakeAsync("flashes.mp4", "-f", "lavfi", "-i", "color=black:s=64x64:r=25:d=8,drawbox=c=white:t=fill:enable='lt(mod(t,1),0.08)'", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        if (!File.Exists(video.Folder.FileOf("flashes.mp4"))) File.Copy(clip, video.Folder.FileOf("flashes.mp4"));
        var pixels = await Clips.PixelsAsync((await video.GetAsync(FormattableString.Invariant($"/flashes.mp4?speed={speed}&format={format}"))).File, 1, 1);
        var white = Enumerable.Range(0, pixels.Length / 3).Where(at => pixels[at * 3] > 128).ToArray();
        var begin = white.Where((at, i) => i == 0 || at - white[i - 1] > 5).ToArray();
        Assert.Equal(8, begin.Length);
        // The rate is the source's, so that a picture is a twenty-fifth of a second.
        Assert.All(begin.Select((at, second) => (at, second)), pair => Assert.InRange(pair.at - (pair.second * 25 / speed), -1.01, 1.01));
    }

    // Of a recorded screen that changes each second, and is written down with a rate of 25: half of what was seen on it was left out.
    [Theory]
    [InlineData("mp4")]
    [InlineData("webm")]
    public async Task Video_OfTwiceTheSpeed_ShowsAllThatStaysLongEnough(string format)
    {
        var clip = await Clips.MakeAsync("slides.webm", "-f", "lavfi", "-i", "color=black:s=64x64:r=25:d=10,drawbox=c=white:t=fill:enable='mod(floor(t),2)',select='not(mod(n,25))+eq(n,249)'", "-fps_mode", "vfr", "-c:v", "libvpx", "-deadline", "realtime", "-pix_fmt", "yuv420p");
        if (!File.Exists(video.Folder.FileOf("slides.webm"))) File.Copy(clip, video.Folder.FileOf("slides.webm"));
        var pixels = await Clips.PixelsAsync((await video.GetAsync($"/slides.webm?speed=2&format={format}")).File, 1, 1);
        var white = Enumerable.Range(0, pixels.Length / 3).Select(at => pixels[at * 3] > 128).ToArray();
        Assert.Equal(9, white.Zip(white.Skip(1)).Count(pair => pair.First != pair.Second));
    }

    // The next picture of the recorded screen is in the ninth second: it was the clip's, and what comes after it, beyond its end.
    [Theory]
    [InlineData("mp4")]
    [InlineData("webm")]
    public async Task Clip_FromWhereNothingMoves_EndsWhereItEnds_AndHasAPicture(string format)
    {
        var clip = await Clips.MakeAsync("rests.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=12", "-f", "lavfi", "-i", "sine=d=12", "-vf", "select='lt(t,2)+gt(t,9)'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac");
        if (!File.Exists(video.Folder.FileOf("rests.mp4"))) File.Copy(clip, video.Folder.FileOf("rests.mp4"));
        var probe = await Probe.OfAsync((await video.GetAsync($"/rests.mp4?width=160&time=4s&duration=3s&format={format}")).File);
        Assert.Equal(1, probe.Frames);
        Assert.InRange(probe.Duration!.Value, 2.9, 3.1);
    }

    // It sounds from the third second on: of a clip of 3 s that is one second.
    [Fact]
    public async Task Sound_OfAClip_InWhichItBeginsLate_EndsWhereTheClipEnds()
    {
        var clip = await Clips.MakeAsync("mute.mp4", "-f", "lavfi", "-i", "color=black:s=64x64:r=25:d=8", "-itsoffset", "2", "-f", "lavfi", "-i", "sine=d=6", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac");
        if (!File.Exists(video.Folder.FileOf("mute.mp4"))) File.Copy(clip, video.Folder.FileOf("mute.mp4"));
        var (_, file) = await video.GetAsync("/mute.mp4?mode=audio&duration=3s");
        var sound = await Tool.RunAsync("ffprobe", ["-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", file]);
        Assert.InRange(sound.All.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 40, 50);
    }

    // A cover is told as one, and has no time: no H.264 goes into an MP4 as one, and for a sheet there was no picture.
    [Theory]
    [InlineData("width=160", "h264")]
    [InlineData("mode=spritesheet&width=160&height=160&columns=2&rows=2", "mjpeg")]
    public async Task Song_WithACover_ShowsIt(string query, string codec)
    {
        var cover = await Clips.MakeAsync("cover.jpg", "-f", "lavfi", "-i", "color=white:s=160x160:d=1", "-frames:v", "1");
        var clip = await Clips.MakeAsync("covered.mp4", "-f", "lavfi", "-i", "sine=d=8", "-i", cover, "-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "copy", "-disposition:v", "attached_pic");
        if (!File.Exists(video.Folder.FileOf("covered.mp4"))) File.Copy(clip, video.Folder.FileOf("covered.mp4"));
        var (answer, file) = await video.GetAsync("/covered.mp4?" + query);
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        var probe = await Probe.OfAsync(file);
        Assert.Equal((codec, 1), (probe.Video, probe.Frames));
        Assert.All(await Clips.PixelsAsync(file, 2, 2), value => Assert.InRange(value, 250, 255));
    }

    [Theory]
    [InlineData("width=160&time=9s")]
    [InlineData("width=160&time=100%25&duration=2s")]
    [InlineData("width=160&time=9s&format=webm")]
    [InlineData("mode=audio&time=9s")]
    public async Task Clip_FromBeyondTheEnd_IsNoneThatHoldsNothing(string query)
    {
        var (answer, _) = await video.GetAsync("/square.mp4?" + query);
        Assert.Equal("The source is no media this server can read: it has nothing of what was asked for", answer.Headers.GetValues("X-Fallback-Reason").Single());
    }

    [Fact]
    public async Task Video_WithoutAudio_HasNone() =>
        Assert.Null((await Probe.OfAsync((await video.GetAsync("/square.mp4?width=160&audio=false")).File)).Audio);

    [Fact]
    public async Task Video_InWebM_IsVp9AndOpus()
    {
        var (answer, file) = await video.GetAsync("/square.mp4?width=160&format=webm&duration=2s");
        Assert.Equal("video/webm", answer.Content.Headers.ContentType?.MediaType);
        var probe = await Probe.OfAsync(file);
        Assert.Equal(("vp9", "opus", 50), (probe.Video, probe.Audio, probe.Frames));
    }

    [Fact]
    public async Task Video_InMp4_PlaysFromItsFirstFragment()
    {
        var bytes = await File.ReadAllBytesAsync((await video.GetAsync("/square.mp4?width=160")).File);
        Assert.Equal("ftyp", Box(bytes, 0, out var next));
        Assert.Equal("moov", Box(bytes, next, out next));
        Assert.Equal("moof", Box(bytes, next, out _));
    }

    [Fact]
    public async Task Audio_IsTheSoundAlone()
    {
        var (answer, file) = await video.GetAsync("/square.mp4?mode=audio&time=1s&duration=4s&filename=tone");
        Assert.Equal("audio/mp4", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("tone", answer.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
        var probe = await Probe.OfAsync(file);
        Assert.Equal((null, "aac"), (probe.Video, probe.Audio));
        Assert.InRange(probe.Duration!.Value, 3.9, 4.2);
    }

    [Theory]
    [InlineData("jpg", "image/jpeg", "mjpeg")]
    [InlineData("png", "image/png", "png")]
    [InlineData("webp", "image/webp", "webp")]
    [InlineData("avif", "image/avif", "av1")]
    public async Task Frame_HasTheColourOfItsSecond(string format, string type, string codec)
    {
        for (var second = 0; second < Clips.Colours.Length; second += 2)
        {
            var (answer, file) = await video.GetAsync($"/colours.mp4?mode=frame&time={second}.5s&width=160&height=90&format={format}");
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            var probe = await Probe.OfAsync(file);
            Assert.Equal((codec, 160, 90), (probe.Video, probe.Width, probe.Height));
            Clips.AssertNear(Clips.Colours[second], await Clips.PixelsAsync(file, 1, 1), 0);
        }
    }

    [Theory]
    [InlineData("25%25", 1)]
    [InlineData("75%25", 4)]
    [InlineData("100%25", 5)]
    [InlineData("0f", 0)]
    [InlineData("74f", 2)]
    [InlineData("75f", 3)]
    [InlineData("9999f", 5)]
    public async Task Frame_AtAShareOrANumber_IsThatOne(string time, int second)
    {
        var (answer, file) = await video.GetAsync($"/colours.mp4?mode=frame&width=160&height=90&format=png&time={time}");
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        Clips.AssertNear(Clips.Colours[second], await Clips.PixelsAsync(file, 1, 1), 0);
    }

    // Row U017: the ends of the scales, where anybody can tell what came out.
    [Theory]
    [InlineData("saturation=-100", 82, 82, 82)]
    [InlineData("brightness=-100", 105, 0, 0)]
    [InlineData("brightness=100", 255, 204, 205)]
    public async Task Frame_TouchedUp_HasOtherColours(string query, byte r, byte g, byte b)
    {
        var (_, file) = await video.GetAsync($"/colours.mp4?mode=frame&width=160&height=90&format=png&{query}");
        var seen = await Clips.PixelsAsync(file, 1, 1);
        Assert.True(Math.Abs(seen[0] - r) + Math.Abs(seen[1] - g) + Math.Abs(seen[2] - b) < 60, string.Join(',', seen));
    }

    [Fact]
    public async Task Frame_Blurred_HasLessDetailThanSharpened()
    {
        async Task<double> DetailAsync(string query)
        {
            var pixels = await Clips.PixelsAsync((await video.GetAsync("/square.mp4?mode=frame&time=1s&format=png&width=320&height=240&" + query)).File, 320, 240);
            return Enumerable.Range(3, pixels.Length - 3).Average(i => Math.Abs(pixels[i] - pixels[i - 3]));
        }

        var (blurred, plain, sharpened) = (await DetailAsync("blur=100"), await DetailAsync("blur=0"), await DetailAsync("sharpen=10"));
        Assert.True(blurred < plain * 0.7 && plain * 1.05 < sharpened, $"{blurred}, {plain}, {sharpened}");
    }

    [Theory]
    [InlineData("mode=frame&time=3s&width=640&height=480&quality=high", 16, 12, Golden.FrameAtThreeSeconds)]
    [InlineData("mode=frame&time=3s&format=webp&quality=high", 16, 12, Golden.FrameAtThreeSeconds)]
    [InlineData("mode=frame&time=75f&format=avif&quality=high", 16, 12, Golden.FrameAtThreeSeconds)]
    [InlineData("mode=spritesheet&width=480&height=240&columns=3&rows=2", 24, 12, Golden.SheetOfSix)]
    public async Task Picture_LooksAsItDoesWithoutSluice(string query, int width, int height, string golden)
    {
        var (answer, file) = await video.GetAsync("/square.mp4?" + query);
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        var (mean, most) = Golden.DistanceFrom(golden, await Clips.PixelsAsync(file, width, height));
        Assert.True(mean < 6 && most < 80, $"{mean:0.0} on average, {most} at most");
    }

    [Fact]
    public async Task Frame_BeyondTheEnd_IsTheLast()
    {
        var (answer, file) = await video.GetAsync("/colours.mp4?mode=frame&time=100s&width=160&height=90&format=png");
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        Clips.AssertNear(Clips.Colours[^1], await Clips.PixelsAsync(file, 1, 1), 0);
    }

    // As a recording of a screen: nothing changes from the first second to the fourth, and after the sixth there is only sound.
    [Theory]
    [InlineData("mode=frame&time=8s", 1, 1, 5)]
    [InlineData("mode=frame&time=30s", 1, 1, 5)]
    [InlineData("mode=frame&time=100%25", 1, 1, 5)]
    [InlineData("mode=frame&time=500s", 1, 1, 5)]
    [InlineData("mode=spritesheet&width=480&height=270&columns=3&rows=3&duration=9s", 3, 3, 0, 0, 0, 0, 4, 5, 5, 5, 5)]
    [InlineData("mode=spritesheet&width=480&height=270&columns=3&rows=3", 3, 3, 0, 5, 5, 5, 5, 5, 5, 5, 5)]
    public async Task Picture_WhereTheSourceHasNone_IsTheOneThatIsShownThere(string query, int columns, int rows, params int[] colours)
    {
        var clip = await Clips.MakeAsync("still.mp4", "-i", await Clips.ColoursAsync(), "-f", "lavfi", "-i", "sine=440:d=45", "-vf", "select='lt(t,1)+gte(t,4)'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac");
        if (!File.Exists(video.Folder.FileOf("still.mp4"))) File.Copy(clip, video.Folder.FileOf("still.mp4"));
        var (answer, file) = await video.GetAsync("/still.mp4?" + query);
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        var pixels = await Clips.PixelsAsync(file, columns, rows);
        for (var cell = 0; cell < colours.Length; cell++) Clips.AssertNear(Clips.Colours[colours[cell]], pixels, cell);
    }

    [Theory]
    [InlineData("time=2s")]
    [InlineData("time=100%25")]
    public async Task Frame_OfASong_IsItsCover(string at)
    {
        var clip = await Clips.MakeAsync("song.mp4", "-f", "lavfi", "-i", "sine=440:d=15", "-f", "lavfi", "-i", "color=c=0x1ec81e:s=64x64:d=1", "-map", "0", "-map", "1", "-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "aac", "-disposition:v:0", "attached_pic");
        if (!File.Exists(video.Folder.FileOf("song.mp4"))) File.Copy(clip, video.Folder.FileOf("song.mp4"));
        var (answer, file) = await video.GetAsync("/song.mp4?mode=frame&" + at);
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        Clips.AssertNear((30, 200, 30), await Clips.PixelsAsync(file, 1, 1), 0);
    }

    [Theory]
    [InlineData("mode=frame&time=1s&quality=high")]
    [InlineData("time=1s&duration=1s&fps=1")]
    public async Task Picture_OfAnInterlacedSource_IsNotTorn(string query)
    {
        var clip = await Clips.InterlacedAsync();
        if (!File.Exists(video.Folder.FileOf("interlaced.mp4"))) File.Copy(clip, video.Folder.FileOf("interlaced.mp4"));
        var (_, file) = await video.GetAsync("/interlaced.mp4?" + query);
        Assert.InRange(await Clips.TornAsync(file), 0, 500);
    }

    [Fact]
    public async Task SpriteSheet_ShowsEachPartInItsCell_AndItsIndexSaysWhere()
    {
        var (sheet, file) = await video.GetAsync("/colours.mp4?mode=spritesheet&width=480&height=180&columns=3&rows=2");
        Assert.Equal("image/jpeg", sheet.Content.Headers.ContentType?.MediaType);
        var probe = await Probe.OfAsync(file);
        Assert.Equal((480, 180), (probe.Width, probe.Height));
        var pixels = await Clips.PixelsAsync(file, 3, 2);
        for (var cell = 0; cell < 6; cell++) Clips.AssertNear(Clips.Colours[cell], pixels, cell);

        var (index, text) = await video.GetAsync("/colours.mp4?mode=spritesheet&width=480&height=180&columns=3&rows=2&format=vtt");
        Assert.Equal("text/vtt", index.Content.Headers.ContentType?.MediaType);
        var lines = await File.ReadAllLinesAsync(text);
        Assert.Equal("WEBVTT", lines[0]);
        Assert.Equal("00:00:04.000 --> 00:00:05.000", lines[14]);
        Assert.EndsWith("#xywh=160,90,160,90", lines[15], StringComparison.Ordinal);
        // What the index names is the sheet that was just made.
        var (named, _) = await video.GetAsync("/" + lines[15].Split('#')[0]);
        Assert.Equal("HIT", named.Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact]
    public async Task SpriteSheet_WithCellsToSpare_LeavesThemBlack()
    {
        // Six seconds are six pictures, in rows of four.
        var (_, spare) = await video.GetAsync("/colours.mp4?mode=spritesheet&width=640&height=180&columns=4");
        var pixels = await Clips.PixelsAsync(spare, 64, 18);
        for (var cell = 0; cell < 8; cell++) Clips.AssertNear(cell < 6 ? Clips.Colours[cell] : ((byte)0, (byte)0, (byte)0), pixels, (((cell / 4 * 9) + 4) * 64) + (cell % 4 * 16) + 8);
    }

    [Fact]
    public async Task SpriteSheet_OfASourceThatCannotBeReadForAMoment_IsNone_AndIsWholeAfterwards()
    {
        // Raw pictures: 43 MB, of which every cell needs others.
        var clip = await Clips.MakeAsync("raw.mov", "-f", "lavfi", "-i", "color=c=0x30c040:s=160x90:r=25:d=60", "-c:v", "rawvideo", "-pix_fmt", "uyvy422");
        await using var origin = FaultyOrigin.Start();
        var good = new OriginReply { Body = OriginBody.Of(await File.ReadAllBytesAsync(clip)), ETag = "\"raw\"", ContentType = "video/quicktime", CacheControl = "max-age=3600" };
        origin.On("/raw.mov", good);
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{origin.Address}}"], "video": { "fallBackOnError": false } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        // Its index and a picture near its begin are there from now on.
        Assert.Equal(HttpStatusCode.OK, (await video.GetAsync("/raw.mov?mode=frame&time=3s&width=160&height=90", sluice.Edge)).Answer.StatusCode);

        origin.On("/raw.mov", OriginReply.Error(503));
        var (failed, _) = await video.GetAsync("/raw.mov?mode=spritesheet&width=640&height=270&columns=4&rows=3", sluice.Edge);
        Assert.Equal((HttpStatusCode.BadGateway, "Some of the source could not be read; come back in a moment."), (failed.StatusCode, failed.Headers.GetValues("X-Error-Reason").Single()));

        origin.On("/raw.mov", good);
        var (later, cells) = await video.GetAsync("/raw.mov?mode=spritesheet&width=640&height=271&columns=4&rows=3", sluice.Edge);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Assert.All((await Clips.PixelsAsync(cells, 4, 3)).Where((_, i) => i % 3 == 1), green => Assert.InRange(green, 170, 215));
    }

    [Fact]
    public async Task Original_WithoutOptionsThatChangeIt_IsTheFileItself()
    {
        var (answer, file) = await video.GetAsync("/square.mp4?format=mp4");
        Assert.False(answer.Headers.Contains("X-Transform-Mode"));
        Assert.Equal(await File.ReadAllBytesAsync(video.Folder.FileOf("square.mp4")), await File.ReadAllBytesAsync(file));
    }

    [Theory]
    [InlineData("width=1;rm")]
    [InlineData("width=5000")]
    [InlineData("mode=frame&time=-f")]
    [InlineData("duration=0s")]
    public async Task Option_OutOfRange_IsRefusedAndNotKept(string query)
    {
        var (answer, _) = await video.GetAsync("/square.mp4?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.StartsWith("INVALID_", answer.Headers.GetValues("X-Error-Type").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task Source_ThatIsNotThere_IsNotFound(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/nothing.mp4?width=320", UriKind.Relative));
        using var answer = await video.Edge.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static string Box(byte[] bytes, int at, out int next)
    {
        next = at + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
        return System.Text.Encoding.ASCII.GetString(bytes, at + 4, 4);
    }
}
