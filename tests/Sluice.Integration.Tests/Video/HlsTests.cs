using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>HLS of a video that nobody has encoded: real players put together what was made piece by piece.</summary>
public sealed partial class HlsTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    /// <summary>Rates of film, of browsers (none), and pictures told by later ones; sound that ends early, late, or is not there.</summary>
    public static TheoryData<string, string[]> Sources => new()
    {
        { "film.mp4", ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=24000/1001:d=13.3", "-f", "lavfi", "-i", "sine=440:r=44100:d=13.3", "-c:v", "libx264", "-preset", "fast", "-bf", "3", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"] },
        { "early.mkv", ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=13", "-f", "lavfi", "-i", "sine=d=6", "-vf", "select='not(mod(n,3))+lt(mod(n,50),20)'", "-fps_mode", "vfr", "-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv420p", "-c:a", "libopus"] },
        { "late.mp4", ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=5.4", "-f", "lavfi", "-i", "sine=d=9.5", "-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv420p", "-c:a", "aac"] },
        { "silent.webm", ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=9.1", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"] },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Segments_PutTogether_HaveEachPictureAndEachFrameOfSoundOnce(string name, string[] made)
    {
        await ProvideAsync(name, made);
        var (_, playlist) = await video.GetAsync($"/{name}/hls.m3u8?bitrate=500k");
        var addresses = (await File.ReadAllLinesAsync(playlist)).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var whole = video.Folder.FileOf(name + ".ts");
        foreach (var address in addresses)
        {
            var (answer, file) = await video.GetAsync($"/{name}/{address}");
            Assert.Equal((HttpStatusCode.OK, "video/mp2t"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            await using var append = new FileStream(whole, FileMode.Append);
            append.Write(await File.ReadAllBytesAsync(file));
        }

        Assert.True(addresses.Length >= 2);
        // Of the pictures the moments, from the first on; of the sound that frame follows frame.
        var (source, pictures) = (await TimesAsync(video.Folder.FileOf(name), "v:0", "frame=pts_time"), await TimesAsync(whole, "v:0", "packet=dts_time"));
        // In the segment in which there is sound alone, the last one stays.
        Assert.Equal(source.Length + (name == "late.mp4" ? 15 : 0), pictures.Length);
        Assert.All(source.Zip(pictures), pair => Assert.Equal(pair.First - source[0], pair.Second - pictures[0], 0.002));
        var sound = await TimesAsync(whole, "a:0", "packet=pts_time");
        Assert.Equal(name == "silent.webm", sound.Length == 0);
        Assert.All(sound.Zip(sound.Skip(1)), pair => Assert.Equal(1024 / 48_000.0, pair.Second - pair.First, 0.0005));
        if (sound.Length > 0) Assert.InRange(sound[^1] - sound[0], source[^1] - source[0] - 0.1, source[^1] + 6);
    }

    /// <summary>A recording of a screen on which nothing moves for long, without sound and with it, in whose last seconds there is sound alone; and pictures that begin late.</summary>
    [Theory]
    [InlineData("still.mp4", "lt(t,3)+gt(t,17)", "", 6)]
    [InlineData("spoken.mkv", "lt(t,3)", "sine=d=23", 6)]
    [InlineData("begins.mp4", "gt(t,9)", "sine=d=22", 6)]
    [InlineData("begins.mkv", "gt(t,9)", "sine=d=22", 6)]
    public async Task Segments_WithoutAPictureOfTheirOwn_ShowTheOneBefore(string name, string pictures, string sound, int segments)
    {
        await ProvideAsync(name, ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=22", .. sound.Length > 0 ? (string[])["-f", "lavfi", "-i", sound, "-c:a", "aac"] : [],
            "-vf", $"select='{pictures}'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]);
        var (_, playlist) = await video.GetAsync($"/{name}/hls.m3u8?bitrate=500k");
        Assert.Equal(segments, (await File.ReadAllLinesAsync(playlist)).Count(line => line.StartsWith("hls-", StringComparison.Ordinal)));
        for (var i = 0; i < segments; i++)
        {
            var (answer, file) = await video.GetAsync($"/{name}/hls-{i}.ts?bitrate=500k");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var times = await TimesAsync(file, "v:0", "packet=pts_time");
            Assert.NotEmpty(times);
            Assert.All(times, time => Assert.InRange(time, 10 + (4 * i) - 0.001, 10 + (4 * i) + (i == segments - 1 ? 5 : 4) - 0.001));
            // In the middle of what stands still: all of it, and the sound as ever.
            if (i != 2) continue;
            if (!name.StartsWith("begins", StringComparison.Ordinal)) Assert.Equal((18.0, 40), (times[0], times.Length));
            Assert.Equal(sound.Length > 0 ? 188 : 0, (await TimesAsync(file, "a:0", "packet=pts_time")).Length);
        }
    }

    [Theory]
    [InlineData("song.mp4", false)]
    [InlineData("song.mkv", true)]
    public async Task Segments_OfASong_ShowItsCover(string name, bool isAttached)
    {
        await ProvideAsync("cover.jpg", ["-f", "lavfi", "-i", "color=s=64x64:d=1", "-frames:v", "1"]);
        string[] cover = isAttached ? ["-attach", video.Folder.FileOf("cover.jpg"), "-metadata:s:t", "mimetype=image/jpeg"] : ["-i", video.Folder.FileOf("cover.jpg"), "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"];
        await ProvideAsync(name, ["-f", "lavfi", "-i", "sine=d=24", .. cover, "-c:a", "aac"]);
        for (var i = 0; i < 6; i++)
        {
            var (_, file) = await video.GetAsync($"/{name}/hls-{i}.ts?bitrate=500k");
            var times = await TimesAsync(file, "v:0", "packet=pts_time");
            Assert.Equal((10 + (4.0 * i), 40), (times.FirstOrDefault(), times.Length));
            Assert.NotEmpty(await TimesAsync(file, "a:0", "packet=pts_time"));
        }
    }

    /// <summary>As a call in a browser is recorded, whose picture is larger from the sixth second on: there the sound began again, and the rest of the segment had none.</summary>
    [Fact]
    public async Task Segment_InWhichThePictureChangesItsSize_HasAllOfItsSound()
    {
        var parts = video.Folder.FileOf("parts.ts");
        foreach (var size in (string[])["320x240", "640x480"])
        {
            var part = await Clips.MakeAsync($"hls-{size}.ts", "-f", "lavfi", "-i", $"testsrc2=s={size}:r=25:d=6", "-f", "lavfi", "-i", "sine=d=6", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac");
            await File.AppendAllBytesAsync(parts, await File.ReadAllBytesAsync(part));
        }

        await ProvideAsync("grows.mkv", ["-i", parts, "-c", "copy"]);
        var (_, segment) = await video.GetAsync("/grows.mkv/hls-1.ts?bitrate=500k");
        var sound = await TimesAsync(segment, "a:0", "packet=pts_time");
        Assert.Equal(187, sound.Length);
        Assert.All(sound.Zip(sound.Skip(1)), pair => Assert.Equal(1024 / 48_000.0, pair.Second - pair.First, 0.0005));
    }

    [Fact]
    public async Task Ffmpeg_PlaysTheMasterPlaylist_WithoutAnError()
    {
        var played = await Tool.RunAsync("ffmpeg", ["-v", "warning", "-i", $"{video.Sluice.EdgeAddress}square.mp4/hls.m3u8", "-map", "0:v:0", "-map", "0:a:0", "-f", "null", "-"]);
        Assert.True(played.ExitCode == 0 && played.All.Trim().Length == 0, played.All);
        var (answer, file) = await video.GetAsync("/square.mp4/hls.m3u8");
        Assert.Equal("application/vnd.apple.mpegurl", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("RESOLUTION=480x360,FRAME-RATE=25.000\nhls.m3u8?width=640&height=360&bitrate=800k\n", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        var (_, segment) = await video.GetAsync("/square.mp4/hls-1.ts?width=640&height=360&bitrate=800k");
        var probe = await Probe.OfAsync(segment);
        Assert.Equal(("mpegts", "h264", 480, 360, 100, "aac"), (probe.Format, probe.Video, probe.Width, probe.Height, probe.Frames, probe.Audio));
    }

    [Fact]
    public async Task Segment_IsMadeOnce_AndTheNextWhileItPlays()
    {
        var clip = await Clips.MakeAsync("minute.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=60", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        File.Copy(clip, video.Folder.FileOf("minute.mp4"));
        var before = video.Runs;
        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await video.Edge.GetAsync(new Uri("/minute.mp4/hls-3.ts", UriKind.Relative))).StatusCode));
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        // And no further: whoever goes on brings the one after.
        Assert.True(await Eventually.HoldsAsync(async () => (await video.Sluice.ApiJsonAsync("/v1/variants?source=/minute.mp4")).ToJsonString().Contains("segment=4", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
        Assert.Equal(2, video.Runs - before);
        Assert.Equal("HIT", (await video.Edge.HeadAsync("/minute.mp4/hls-4.ts")).CacheStatus);
        using var beyond = await video.Edge.GetAsync(new Uri("/minute.mp4/hls-15.ts", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, beyond.StatusCode);
        Assert.Contains("the video has 15", await beyond.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cover.mp3.mp4", 415)]
    [InlineData("noise.mp4", 415)]
    [InlineData("nothing.mp4", 404)]
    public async Task Playlist_OfWhatIsNoVideo_SaysSo(string name, int status)
    {
        if (name == "cover.mp3.mp4") await ProvideAsync(name, ["-f", "lavfi", "-i", "sine=d=3", "-c:a", "aac"]);
        if (name == "noise.mp4") video.Folder.Write(name, new string('x', 5000));
        using var answer = await video.Edge.GetAsync(new Uri($"/{name}/hls.m3u8", UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
    }

    private async Task ProvideAsync(string name, string[] made)
    {
        var clip = await Clips.MakeAsync("hls-" + name, made);
        if (!File.Exists(video.Folder.FileOf(name))) File.Copy(clip, video.Folder.FileOf(name));
    }

    private static async Task<double[]> TimesAsync(string file, string stream, string entry)
    {
        var said = await Tool.RunAsync("ffprobe", ["-v", "error", "-select_streams", stream, "-show_entries", entry, "-of", "csv=p=0", file]);
        Assert.True(said.ExitCode == 0, said.All);
        return [.. Number().Matches(said.Output).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex(@"^-?\d+\.\d+", RegexOptions.Multiline)]
    private static partial Regex Number();
}
