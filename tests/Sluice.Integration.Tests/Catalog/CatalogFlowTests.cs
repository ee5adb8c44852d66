using System.Globalization;
using System.Net;
using Sluice.Integration.Tests.Video;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Rows CAT-16, HLS-01 to HLS-06, EDG-01 to EDG-11, TST-12, TST-13: the whole way of a video, with nothing but the program.</summary>
public sealed class CatalogFlowTests(CatalogEdge bed) : IClassFixture<CatalogEdge>
{
    private readonly CatalogClient catalog = bed.Client;
    private readonly HttpClient edge = bed.Sluice.Edge;

    [Fact]
    public async Task Video_CreatedUploadedProcessed_PlaysThroughTheEdge()
    {
        var (id, url) = await catalog.CreateAsync("It's \\\"mine\\\"");
        Assert.Equal("PENDING_UPLOAD", (string?)(await catalog.GetAsync(id))["status"]);
        Assert.Equal(404, (await edge.AskAsync($"/hls/{id}/master.m3u8")).Status);
        using var http = new HttpClient();
        using var put = await http.PutAsync(url, new ByteArrayContent(await File.ReadAllBytesAsync(await TestClip.MakeAsync(640, 360, 10))));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        Assert.Equal((HttpStatusCode.Accepted, null), await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process"));
        Assert.Equal((HttpStatusCode.Accepted, null), await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process"));
        var processing = await catalog.GetAsync(id);
        Assert.Equal(("PROCESSING", null), ((string?)processing["status"], (string?)processing["hls_url"]));

        var path = await catalog.ReadyAsync(id);
        var video = await catalog.GetAsync(id);
        // The address is the edge's, without a signature; a 404 from before is no hindrance.
        Assert.Equal($"http://localhost:{bed.Sluice.EdgeAddress.Port}/hls/{id}/master.m3u8", (string?)video["hls_url"]);
        Assert.Equal("It's \"mine\"", (string?)video["title"]);
        var (first, second) = (await edge.AskAsync(path), await edge.HeadAsync(path));
        Assert.Equal((200, "MISS", "HIT"), (first.Status, first.CacheStatus, second.CacheStatus));
        Assert.Equal(("application/vnd.apple.mpegurl", "public, max-age=3600"), (first.Headers["Content-Type"], first.Headers["Cache-Control"]));
        Assert.Equal("h264,640,360", (await TestClip.ProbeAsync((string)video["hls_url"]!, "-select_streams", "v:0", "-show_entries", "stream=codec_name,width,height")).Split('\n')[0].TrimEnd(','));
        Assert.Equal((409, "video_already_completed"), await RefusalAsync(HttpMethod.Post, $"/v1/videos/{id}/process"));
        Assert.Equal(200, (await edge.AskAsync(new Uri((string)video["poster_url"]!).AbsolutePath)).Status);
        Assert.StartsWith("WEBVTT", (await edge.AskAsync(new Uri((string)video["thumbnails_url"]!).AbsolutePath)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renditions_OfA720pSource_AreAlignedAndTrulyDescribed()
    {
        var path = await catalog.ReadyAsync(await catalog.UploadAsync(await TestClip.MakeAsync(1280, 720, 14)));

        var master = (await edge.AskAsync(path)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-INDEPENDENT-SEGMENTS"], master[..3]);
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var lengths = new List<string[]>();
        foreach (var (name, resolution) in new[] { ("720p", "1280x720"), ("360p", "640x360"), ("audio", null) })
        {
            var at = Array.FindIndex(master, line => line.EndsWith($"/{name}/playlist.m3u8", StringComparison.Ordinal));
            Assert.True(at > 0, name);
            var described = master[at - 1];
            if (resolution is not null) Assert.Contains($"RESOLUTION={resolution},FRAME-RATE=30.000", described, StringComparison.Ordinal);
            Assert.Contains(resolution is null ? "CODECS=\"mp4a.40.2\"" : "CODECS=\"avc1.6400", described, StringComparison.Ordinal);
            var (peak, mean) = (Field(described, "#EXT-X-STREAM-INF:BANDWIDTH="), Field(described, "AVERAGE-BANDWIDTH="));
            Assert.True(peak >= mean, described);

            var playlist = (await edge.AskAsync(folder + master[at])).Text;
            Assert.Contains("#EXT-X-ENDLIST", playlist, StringComparison.Ordinal);
            var segments = playlist.Split('\n').Where(line => line.EndsWith(".ts", StringComparison.Ordinal)).ToArray();
            var seconds = playlist.Split('\n').Where(line => line.StartsWith("#EXTINF:", StringComparison.Ordinal)).Select(line => line[8..^1]).ToArray();
            if (resolution is not null) lengths.Add(seconds);
            Assert.Equal("segment_000.ts", segments[0]);
            foreach (var (segment, length) in segments.Zip(seconds))
            {
                var answer = await edge.AskAsync(folder + master[at].Replace("playlist.m3u8", segment, StringComparison.Ordinal));
                Assert.Equal(("video/mp2t", "public, max-age=604800, immutable"), (answer.Headers["Content-Type"], answer.Headers["Cache-Control"]));
                var rate = answer.Body.Length * 8 / double.Parse(length, CultureInfo.InvariantCulture);
                if (double.Parse(length, CultureInfo.InvariantCulture) >= 3) Assert.InRange(rate, 0, peak + 1);
            }
        }
        // Cut at the same times in every rendition, every six seconds.
        Assert.Equal(lengths[0], lengths[1]);
        Assert.Equal(["6.000000", "6.000000"], lengths[0][..2]);
        var video = folder + master.First(line => line.EndsWith("/360p/playlist.m3u8", StringComparison.Ordinal));
        var keys = await TestClip.ProbeAsync(new Uri(bed.Sluice.EdgeAddress, video.Replace("playlist.m3u8", "segment_001.ts", StringComparison.Ordinal)).ToString(), "-select_streams", "v:0", "-show_entries", "packet=flags");
        Assert.StartsWith("K", keys, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Video_WithoutSound_IsReadyWithPicturesOnly()
    {
        var master = (await edge.AskAsync(await catalog.ReadyAsync(await catalog.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false))))).Text;

        Assert.Contains("RESOLUTION=320x240", master, StringComparison.Ordinal);
        Assert.DoesNotContain("mp4a", master, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Video_WhoseSoundGoesOnAfterItsPicture_PlaysToItsEnd()
    {
        var id = await catalog.UploadAsync(await TestClip.MakeCoverAsync(0.04, 14));
        var path = await catalog.ReadyAsync(id);

        Assert.Equal(14, (double)(await catalog.GetAsync(id))["duration"]!, 0.1);
        var master = (await edge.AskAsync(path)).Text;
        Assert.Contains("RESOLUTION=320x240", master, StringComparison.Ordinal);
        var rendition = path[..(path.LastIndexOf('/') + 1)] + master.Split('\n').First(line => line.EndsWith("240p/playlist.m3u8", StringComparison.Ordinal));
        Assert.Equal(["#EXTINF:6.000000,", "#EXTINF:6.000000,", "#EXTINF:2.000000,"], (await edge.AskAsync(rendition)).Text.Split('\n').Where(line => line.StartsWith("#EXTINF", StringComparison.Ordinal)));
        // Each segment has the sound of its own time.
        var second = new Uri(bed.Sluice.EdgeAddress, rendition.Replace("playlist.m3u8", "segment_001.ts", StringComparison.Ordinal)).ToString();
        Assert.InRange(double.Parse(await TestClip.ProbeAsync(second, "-select_streams", "a:0", "-show_entries", "format=duration"), CultureInfo.InvariantCulture), 5.5, 6.5);
    }

    // Players that change from pictures to sound alone find the same time at the same place.
    [Theory]
    [InlineData("late.mkv", "5", "sine=duration=10", "null", 15)]
    [InlineData("short.mp4", "0", "sine=duration=3", "null", 10)]
    [InlineData("none.mkv", "0", "sine=duration=10", "noise=drop=1", 10)]
    [InlineData("slides.mp4", "0", "sine=duration=10", "null", 10, "1/2")]
    public async Task Video_WhoseSoundBeginsOrEndsElsewhere_HasOneTimeLine(string name, string by, string sound, string packets, double length, string rate = "25")
    {
        var clip = await TestClip.MakeOfAsync(name, "-f", "lavfi", "-i", $"testsrc=size=320x240:rate={rate}:duration=10", "-itsoffset", by, "-f", "lavfi", "-i", sound,
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-bsf:a", packets);
        var id = await catalog.UploadAsync(clip);
        var path = await catalog.ReadyAsync(id);

        Assert.Equal(length, (double)(await catalog.GetAsync(id))["duration"]!, 0.2);
        var master = (await edge.AskAsync(path)).Text;
        var folder = path[..(path.LastIndexOf('/') + 1)];
        foreach (var playlist in master.Split('\n').Where(line => line.EndsWith(".m3u8", StringComparison.Ordinal)))
        {
            var seconds = (await edge.AskAsync(folder + playlist)).Text.Split('\n').Where(line => line.StartsWith("#EXTINF:", StringComparison.Ordinal)).Sum(line => double.Parse(line[8..^1], CultureInfo.InvariantCulture));
            Assert.Equal(length, seconds, 0.2);
            var first = new Uri(bed.Sluice.EdgeAddress, folder + playlist.Replace("playlist.m3u8", "segment_000.ts", StringComparison.Ordinal)).ToString();
            Assert.Equal(2.379, double.Parse((await TestClip.ProbeAsync(first, "-select_streams", "a:0", "-show_entries", "stream=start_time")).Split('\n')[0].TrimEnd(','), CultureInfo.InvariantCulture), 0.001);
        }
    }

    // A recorded screen in which nothing moves any more: its last picture is shown for ten seconds, which its header tells.
    [Fact]
    public async Task Video_WhoseLastPictureStays_PlaysToItsEnd()
    {
        var clip = await TestClip.MakeOfAsync("moving.mp4", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=4", "-f", "lavfi", "-i", "sine=duration=14", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac");
        await AssertLengthsAsync(await TestClip.MakeOfAsync("screen.mp4", "-i", clip, "-c", "copy", "-bsf:v", "setts=duration=10.04/TB"), 14);
    }

    // Silence for as long as the header promises would be a minute of sound in the last segment, and a rendition of another length.
    [Fact]
    public async Task Video_ThatIsCutOff_IsAsLongAsWhatIsThere()
    {
        var whole = await File.ReadAllBytesAsync(await TestClip.MakeOfAsync("whole.mp4", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=30", "-f", "lavfi", "-i", "sine=duration=30", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "400k", "-maxrate", "400k", "-bufsize", "400k", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"));
        await AssertLengthsAsync(bed.Folder.Write("cut.mp4", whole[..(whole.Length / 3)]), 10);
    }

    private async Task AssertLengthsAsync(string clip, double length)
    {
        var path = await catalog.ReadyAsync(await catalog.UploadAsync(clip));
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var playlists = (await edge.AskAsync(path)).Text.Split('\n').Where(line => line.EndsWith(".m3u8", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, playlists.Length);
        foreach (var playlist in playlists)
        {
            var seconds = (await edge.AskAsync(folder + playlist)).Text.Split('\n').Where(line => line.StartsWith("#EXTINF:", StringComparison.Ordinal)).Sum(line => double.Parse(line[8..^1], CultureInfo.InvariantCulture));
            Assert.Equal(length, seconds, length / 10);
        }
    }

    // MediaRecorder writes times in milliseconds and no frame rate.
    [Fact]
    public async Task Video_WithoutAFrameRate_IsNotMadeOneOfAThousand()
    {
        var clip = await TestClip.MakeOfAsync("recorded.webm", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=1000:duration=3", "-vf", "select='lt(random(1)\\,0.028)'", "-vsync", "vfr", "-enc_time_base", "1:1000", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8");

        var master = (await edge.AskAsync(await catalog.ReadyAsync(await catalog.UploadAsync(clip)))).Text;

        Assert.Contains("FRAME-RATE=60.000", master, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Video_OfAnInterlacedFile_IsNotTorn()
    {
        var path = await catalog.ReadyAsync(await catalog.UploadAsync(await Clips.InterlacedAsync()));
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var playlist = (await edge.AskAsync(path)).Text.Split('\n').First(line => line.EndsWith("240p/playlist.m3u8", StringComparison.Ordinal));
        var segment = new Uri(bed.Sluice.EdgeAddress, folder + playlist.Replace("playlist.m3u8", "segment_000.ts", StringComparison.Ordinal)).ToString();
        var picture = Path.Combine(bed.Folder.Path, "picture.png");
        await Tool.RunAsync("ffmpeg", ["-v", "error", "-i", segment, "-ss", "1", "-frames:v", "1", picture]);
        Assert.InRange(await Clips.TornAsync(picture), 0, 500);
    }

    [Fact]
    public async Task Video_OfHighDynamicRange_HasTheColoursOfStandardRange()
    {
        var path = await catalog.ReadyAsync(await catalog.UploadAsync(await Clips.HdrAsync("arib-std-b67")));
        var encode = (await edge.AskAsync(path)).Text.Split('\n').First(line => line.EndsWith("180p/playlist.m3u8", StringComparison.Ordinal)).Replace("180p/playlist.m3u8", "", StringComparison.Ordinal);
        foreach (var name in (string[])["180p/segment_000.ts", "poster.jpg", "thumbnails.jpg"])
        {
            var made = new Uri(bed.Sluice.EdgeAddress, path[..(path.LastIndexOf('/') + 1)] + encode + name).ToString();
            // Of many thumbnails those of the first row.
            var pixels = await Clips.PixelsAsync(made, name == "thumbnails.jpg" ? 10 : 2, 1, inItsColours: true);
            Clips.AssertNear(Clips.Skin, pixels, 0);
            Clips.AssertNear((225, 225, 225), pixels, 1);
        }
    }

    [Fact]
    public async Task Video_OfAMoment_HasItsPoster()
    {
        var video = await catalog.GetAsync(await AReadyAsync());

        Assert.Equal("image/jpeg", (await edge.AskAsync(new Uri((string)video["poster_url"]!).AbsolutePath)).Headers["Content-Type"]);

        async Task<string> AReadyAsync()
        {
            var id = await catalog.UploadAsync(await TestClip.MakeCoverAsync(0.2, 0));
            await catalog.ReadyAsync(id);
            return id;
        }
    }

    [Theory]
    [InlineData("notes.txt", "This is not a video.\n", "not a video")]
    [InlineData("empty.mp4", "", "empty")]
    [InlineData("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "not a video")]
    [InlineData("list.mp4", "ffconcat version 1.0\nfile /etc/hostname\n", "not a video")]
    public async Task Upload_OfWhatIsNoVideo_IsFailedWithTheReason(string name, string content, string reason)
    {
        var video = await catalog.EndOfAsync(await catalog.UploadAsync(bed.Folder.Write(name, content)));

        Assert.Equal("FAILED", (string?)video["status"]);
        Assert.Contains(reason, (string?)video["failure_reason"], StringComparison.Ordinal);
        Assert.Null(video["hls_url"]);
        Assert.Equal((409, "video_already_completed"), await RefusalAsync(HttpMethod.Post, $"/v1/videos/{video["id"]}/process"));
    }

    // Of the latter ffprobe fails in place of saying that the picture has no size.
    [Theory]
    [InlineData("png")]
    [InlineData("libx264")]
    public async Task Upload_WithAHugePicture_IsNotDecoded(string codec)
    {
        var huge = await TestClip.MakeOfAsync($"huge-{codec}.mov", "-f", "lavfi", "-i", "color=s=9000x4000:r=1:d=1", "-frames:v", "1", "-c:v", codec);
        var video = await catalog.EndOfAsync(await catalog.UploadAsync(huge));
        Assert.Equal(("FAILED", "The uploaded file's picture cannot be read, or has more than 33,177,600 pixels (8K)."), ((string?)video["status"], (string?)video["failure_reason"]));
    }

    [Fact]
    public async Task Process_WithoutAnUpload_FailsAndCanBeMadeGood()
    {
        var (id, url) = await catalog.CreateAsync();
        await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/process");
        Assert.Equal("Nothing has been uploaded.", (string?)(await catalog.EndOfAsync(id))["failure_reason"]);
        using var http = new HttpClient();
        await http.PutAsync(url, new ByteArrayContent(await File.ReadAllBytesAsync(await TestClip.MakeAsync(320, 240, 2, sound: false))));

        Assert.Equal(HttpStatusCode.Accepted, (await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/reprocess")).Status);

        await catalog.ReadyAsync(id);
    }

    [Fact]
    public async Task Reprocess_AReadyVideo_ReplacesTheManifestAtOnceAndKeepsWhatIsWatched()
    {
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false));
        var path = await catalog.ReadyAsync(id);
        var before = (await edge.AskAsync(path)).Text;
        var watched = path.Replace("master.m3u8", before.Split('\n')[^2].Replace("playlist.m3u8", "segment_000.ts", StringComparison.Ordinal), StringComparison.Ordinal);

        await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/reprocess");
        await catalog.ReadyAsync(id);

        var after = await edge.AskAsync(path);
        Assert.NotEqual(before, after.Text);
        Assert.Equal(200, (await edge.AskAsync(watched)).Status);
        Assert.Equal(200, (await edge.AskAsync(path.Replace("master.m3u8", after.Text.Split('\n')[^2], StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Delete_AReadyVideo_TakesItFromTheEdgeAndTheDisk()
    {
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false));
        var path = await catalog.ReadyAsync(id);
        Assert.Equal(200, (await edge.AskAsync(path)).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await catalog.SendAsync(HttpMethod.Delete, $"/v1/videos/{id}")).Status);

        Assert.Equal((404, "video_not_found"), await RefusalAsync(HttpMethod.Get, $"/v1/videos/{id}"));
        Assert.True(await Eventually.HoldsAsync(async () => (await edge.AskAsync(path)).Status == 404, TimeSpan.FromSeconds(60)));
        Assert.True(await Eventually.HoldsAsync(() => !Directory.EnumerateFiles(bed.Sluice.CatalogDirectory, "*", SearchOption.AllDirectories).Any(f => f.Contains(id, StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Cancel_WhileTranscoding_EndsIt()
    {
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(1280, 720, 60));
        Assert.True(await catalog.StageAsync(id, stage => stage == "720p"));

        await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");

        var video = await catalog.GetAsync(id);
        Assert.Equal(("FAILED", "Cancelled."), ((string?)video["status"], (string?)video["failure_reason"]));
        Assert.True(await Eventually.HoldsAsync(() => Directory.GetDirectories(Path.Combine(bed.Sluice.CatalogDirectory, "work")).All(d => !IsOf(d)), TimeSpan.FromSeconds(60)));

        static bool IsOf(string folder) => Directory.Exists(Path.Combine(folder, "out", "720p"));
    }

    [Fact]
    public async Task Get_AgainAndAgain_AsksTheDatabaseOnce()
    {
        var (id, _) = await catalog.CreateAsync();
        await catalog.GetAsync(id);
        var before = await catalog.CounterAsync("sluice_catalog_cache_operations_total", "status=\"hit\"");

        for (var i = 0; i < 20; i++) await catalog.GetAsync(id);

        Assert.True(await catalog.CounterAsync("sluice_catalog_cache_operations_total", "status=\"hit\"") >= before + 20);
    }

    private async Task<(int Status, string? Error)> RefusalAsync(HttpMethod method, string path)
    {
        var (status, body) = await catalog.SendAsync(method, path);
        Assert.NotNull((string?)body!["message"]);
        return ((int)status, (string?)body["error"]);
    }

    private static long Field(string line, string name)
    {
        var from = line.IndexOf(name, StringComparison.Ordinal) + name.Length;
        return long.Parse(line[from..line.IndexOf(',', from)], CultureInfo.InvariantCulture);
    }
}
