using System.Net;
using System.Net.Sockets;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>Sources that are not what they say, and what ffmpeg must not do because of them.</summary>
public sealed class HostileTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Theory]
    [InlineData("text.mp4", "just some text\n")]
    [InlineData("concat.mp4", "ffconcat version 1.0\nfile {0}\n")]
    [InlineData("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8,\n{1}\n#EXTINF:8,\nfile://{0}\n#EXT-X-ENDLIST\n")]
    [InlineData("dash.mp4", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT8S\" profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\"><Period><AdaptationSet><Representation id=\"1\" bandwidth=\"1\" mimeType=\"video/mp4\"><BaseURL>{1}</BaseURL></Representation></AdaptationSet></Period></MPD>")]
    [InlineData("sdp.mp4", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n")]
    [InlineData("index.mp4", "# VobSub index file, v7 (do not modify this line!)\nsize: 720x480\nlangidx: 0\nid: en, index: 0\ntimestamp: 00:00:01:000, filepos: 000000000\n")]
    [InlineData("subtitles.mp4", "[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: {0}\n[Events]\nDialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,{1}\n")]
    [InlineData("image.mp4", "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><image xlink:href=\"{1}\"/></svg>")]
    public async Task Source_ThatNamesOtherFiles_HasNoneOfThemRead(string name, string text)
    {
        // What it names would make a good variant if it were read.
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)trap.LocalEndpoint).Port}/square.mp4";
        var content = text.Replace("{0}", video.Folder.FileOf("square.mp4"), StringComparison.Ordinal).Replace("{1}", url, StringComparison.Ordinal);
        video.Folder.Write(name, content);

        var (answer, file) = await video.GetAsync($"/{name}?width=160&height=90");

        Assert.Equal("415", answer.Headers.GetValues("X-Original-Error-Status").Single());
        Assert.Equal(content, await File.ReadAllTextAsync(file));
        Assert.False(trap.Pending());
    }

    [Fact]
    public async Task Source_CutShort_GivesTheOriginalOrWhatThereIs()
    {
        var whole = await File.ReadAllBytesAsync(video.Folder.FileOf("square.mp4"));
        video.Folder.Write("cut.mp4", whole[..(whole.Length / 2)]);
        var (answer, file) = await video.GetAsync("/cut.mp4?width=160");
        Assert.Equal("true", answer.Headers.GetValues("X-Fallback-Applied").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal(whole.Length / 2, new FileInfo(file).Length);
    }

    // As while its package is upgraded: it was a 502 that named its folder, without the original.
    [Fact]
    public async Task Ffmpeg_ThatIsGone_IsStoodInForByTheOriginalUntilItIsBack()
    {
        using var tools = new TemporaryFolder();
        foreach (var name in (string[])["ffmpeg", "ffprobe"]) File.CreateSymbolicLink(tools.FileOf(name), Require.Command(name));
        await using var server = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = video.Folder.Path, Environment = new Dictionary<string, string> { ["PATH"] = tools.Path } });
        const string Variant = "/square.mp4?width=160&height=90";
        Assert.Equal("image/jpeg", (await server.Edge.AskAsync("/square.mp4?mode=frame&width=160")).Header("Content-Type"));
        File.Delete(tools.FileOf("ffmpeg"));
        var (answer, file) = await video.GetAsync(Variant, server.Edge);
        Assert.Equal("ffmpeg failed: it could not be run", answer.Headers.GetValues("X-Fallback-Reason").Single());
        Assert.Equal(new FileInfo(video.Folder.FileOf("square.mp4")).Length, new FileInfo(file).Length);
        File.CreateSymbolicLink(tools.FileOf("ffmpeg"), Require.Command("ffmpeg"));
        Assert.True(await Eventually.HoldsAsync(async () => (await server.Edge.AskAsync(Variant)).Header("X-Fallback-Applied") is null, TimeSpan.FromSeconds(60)));
    }

    // ffmpeg takes what breaks off for what ends there, and says that all went well.
    [Theory]
    [InlineData("width=160&height=90")]
    [InlineData("width=160&height=90&format=webm")]
    [InlineData("mode=audio")]
    public async Task Source_ThatBreaksOffWhileItIsRead_GivesNoVariantThatEndsThere(string query)
    {
        var clip = await Clips.MakeAsync("noise.mp4", "-f", "lavfi", "-i", "nullsrc=s=320x180:r=25:d=12", "-f", "lavfi", "-i", "sine=d=12", "-vf", "geq=random(1)*255:128:128", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart");
        var bytes = await File.ReadAllBytesAsync(clip, TestContext.Current.CancellationToken);
        Assert.InRange(bytes.Length, 8 << 20, 100 << 20);
        await using var origin = FaultyOrigin.Start();
        var good = new OriginReply { Body = OriginBody.Of(bytes), ETag = "\"noise\"", ContentType = "video/mp4", CacheControl = "max-age=3600" };
        // The first part is there; what comes after it is refused.
        origin.On("/noise.mp4", OriginReply.Error(503)).Once("/noise.mp4", good);
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{origin.Address}}"], "video": { "fallBackOnError": false } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });

        HttpStatusCode status = default;
        var isWhole = false;
        try
        {
            using var answer = await sluice.Edge.GetAsync(new Uri("/noise.mp4?" + query, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            status = answer.StatusCode;
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            isWhole = true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // What had begun is broken off.
        }

        Assert.True(status == HttpStatusCode.BadGateway || (status == HttpStatusCode.OK && !isWhole), $"{status}, {(isWhole ? "whole" : "broken off")}");
        Assert.DoesNotContain((await sluice.ApiJsonAsync("/v1/variants?source=/noise.mp4"))["variants"]!.AsArray(), one => one is not null);
        Assert.Equal((0, 1), ((int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["made"]!, (int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["failed"]!));
    }

    [Fact]
    public async Task Failure_IsRememberedForAWhile_SoThatABrokenSourceIsNotTriedForEveryViewer()
    {
        video.Folder.Write("broken.mp4", "broken");
        var before = video.Runs;
        for (var i = 0; i < 5; i++) Assert.Equal("true", (await video.GetAsync("/broken.mp4?width=160")).Answer.Headers.GetValues("X-Fallback-Applied").Single());
        Assert.Equal(1, video.Runs - before);
    }

    [Theory]
    [InlineData(16_000, 8_000)]
    [InlineData(20_000, 2_000)]
    public async Task Source_WithAHugePicture_IsNotDecoded(int width, int height)
    {
        var huge = await Clips.MakeAsync($"huge-{width}.avi", "-f", "lavfi", "-i", $"color=s={width}x{height}:r=1:d=1", "-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p");
        File.Copy(huge, video.Folder.FileOf($"huge-{width}.avi"));
        var (answer, _) = await video.GetAsync($"/huge-{width}.avi?mode=frame&width=160&height=90");
        Assert.Equal("413", answer.Headers.GetValues("X-Original-Error-Status").Single());
    }

    // Two pictures, twenty hours apart: at 120 a second they are eight million.
    [Fact]
    public async Task Source_ThatUnpacksToFarMoreThanItIs_IsGivenUp()
    {
        var bomb = await Clips.MakeAsync("bomb.mp4", "-f", "lavfi", "-i", "color=s=64x64:r=1:d=2", "-vf", "setpts=N*72000/TB", "-fps_mode", "passthrough", "-c:v", "libx264", "-pix_fmt", "yuv420p");
        Assert.InRange(new FileInfo(bomb).Length, 1, 10_000);
        using var folder = new TemporaryFolder();
        File.Copy(bomb, folder.FileOf("bomb.mp4"));
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{folder.Path}}"] }], "video": { "output": "500KB", "time": "60s" } }""");
        await using var sluice = await video.StartAsync(folder.Path, "--config", config);
        long received = 0;
        try
        {
            using var answer = await sluice.Edge.GetAsync(new Uri("/bomb.mp4?fps=120&width=64", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            for (var buffer = new byte[1 << 16]; await body.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count;) received += count;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // What had begun is broken off.
        }

        Assert.InRange(received, 0, 600_000);
        Assert.True(await Eventually.HoldsAsync(async () => (int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["running"]! == 0, TimeSpan.FromSeconds(60)));
        Assert.Equal(0, (int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["made"]!);
        Assert.Empty((await sluice.ApiJsonAsync("/v1/variants?source=/bomb.mp4"))["variants"]!.AsArray());
    }

    [Fact]
    public async Task Picture_LargerThanAVariantMayBe_IsRefusedAtOnce()
    {
        var config = video.Folder.Write("small.json", """{ "video": { "output": "1KB", "time": "300s" } }""");
        await using var sluice = await video.StartAsync(video.Folder.Path, "--config", config);
        foreach (var query in (string[])["mode=frame&format=png", "width=160", "mode=spritesheet&width=640&height=360"])
        {
            var (answer, _) = await video.GetAsync("/square.mp4?" + query, sluice.Edge).WaitAsync(TimeSpan.FromSeconds(100), TestContext.Current.CancellationToken);
            Assert.Equal(("413", "The variant has more than 1000 bytes."), (answer.Headers.GetValues("X-Original-Error-Status").Single(), answer.Headers.GetValues("X-Fallback-Reason").Single()));
        }

        Assert.Equal((3, 0), ((int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["failed"]!, (int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["abandoned"]!));
    }

    // As browsers record it: a stream, with its length nowhere.
    [Theory]
    [InlineData("mode=spritesheet&width=320&height=180")]
    [InlineData("mode=frame&time=25%25")]
    public async Task Source_ThatDoesNotSayHowLongItIs_IsSaidToBeThat(string query)
    {
        if (!File.Exists(video.Folder.FileOf("recorded.webm")))
        {
            var clip = await Clips.MakeAsync("recorded.webm", "-f", "lavfi", "-i", "testsrc=s=160x90:r=25:d=2", "-c:v", "libvpx", "-deadline", "realtime", "-live", "1");
            File.Copy(clip, video.Folder.FileOf("recorded.webm"));
        }

        Assert.Equal("The source is no media this server can read: it does not say how long it is", (await video.GetAsync("/recorded.webm?" + query)).Answer.Headers.GetValues("X-Fallback-Reason").Single());
    }

    [Theory]
    [InlineData(500, "The source cannot be had: its origin answered 500.")]
    [InlineData(403, "The source cannot be had: its origin answered 403.")]
    [InlineData(200, "The source may not be kept, and so cannot be read in pieces: no-store.")]
    public async Task Source_ThatCannotBeHad_IsSaidToBeThat(int status, string reason)
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/a.mp4", status == 200 ? new OriginReply { Body = OriginBody.Of("text"u8.ToArray()), CacheControl = "no-store" } : OriginReply.Error(status));
        using var folder = new TemporaryFolder();
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{origin.Address}}"], "video": { "fallBackOnError": false } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        var answer = await sluice.Edge.AskAsync("/a.mp4?width=160");
        Assert.Equal((502, reason), (answer.Status, answer.Header("X-Error-Reason")));
    }

    [Fact]
    public async Task Source_ThatIsEmpty_IsSaidToBe_TheFirstTimeToo()
    {
        video.Folder.Write("empty.mp4", "");
        foreach (var query in (string[])["width=160", "mode=frame"])
            Assert.Equal("The source is no media this server can read: it is empty", (await video.GetAsync("/empty.mp4?" + query)).Answer.Headers.GetValues("X-Fallback-Reason").Single());
    }

    [Fact]
    public async Task Source_WithSubtitles_HasNoneOfThemInItsVariants()
    {
        video.Folder.Write("lines.srt", "1\n00:00:00,000 --> 00:00:05,000\nfile:///etc/passwd\n");
        var made = await Tool.RunAsync("ffmpeg", ["-v", "error", "-y", "-i", video.Folder.FileOf("square.mp4"), "-i", video.Folder.FileOf("lines.srt"), "-c", "copy", "-c:s", "srt", video.Folder.FileOf("titled.mkv")]);
        Assert.True(made.ExitCode == 0, made.All);
        var (answer, file) = await video.GetAsync("/titled.mkv?width=160&duration=1s");
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        Assert.DoesNotContain("passwd", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Widths_ManyOfThem_AreFewVariants()
    {
        File.Copy(video.Folder.FileOf("colours.mp4"), video.Folder.FileOf("many.mp4"));
        var before = video.Runs;
        // Ten thousand are planned in Sluice.Video.Tests; here is that what is planned is what is made.
        for (var width = 10; width <= 2000; width += 10) Assert.Equal(200, (await video.Edge.AskAsync($"/many.mp4?duration=1s&imwidth={width}")).Status);
        Assert.Equal(3, video.Runs - before);
        for (var width = 300; width < 320; width++) await video.Edge.AskAsync($"/many.mp4?mode=frame&imwidth={width}");
        // Sizes are rounded to ten pixels.
        Assert.InRange(video.Runs - before, 3 + 3, 3 + 5);
        Assert.Equal(video.Runs - before, (await video.Sluice.ApiJsonAsync("/v1/variants?source=/many.mp4"))["variants"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("/square.mp4?mode=frame&time=-f")]
    [InlineData("/square.mp4?width=1;rm%20-rf")]
    [InlineData("/square.mp4?width=%2Dvf")]
    [InlineData("/square.mp4?mode=frame&time=1s%0A-i%20/etc/passwd")]
    [InlineData("/square.mp4?fit=cover,drawtext=textfile=/etc/passwd")]
    [InlineData("/square.mp4?format=-f%20null&rotate=90%20-map%200")]
    [InlineData("/square.mp4?quality=high%20-y%20/tmp/sluice-x&fps=-1")]
    public async Task Option_ThatIsNone_NeverReachesFfmpeg(string target)
    {
        var (answer, _) = await video.GetAsync(target);
        // Refused, or passed over as if it had not been written.
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.OK, $"{answer.StatusCode}");
        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        Assert.False(File.Exists("/tmp/sluice-x"));
    }

    [Fact]
    public async Task Path_ThatLooksLikeAnOption_IsOnlyAPath()
    {
        File.Copy(video.Folder.FileOf("square.mp4"), video.Folder.FileOf("-i concat:x.mp4"));
        Assert.False((await video.GetAsync("/-i%20concat:x.mp4?width=160&duration=1s")).Answer.Headers.Contains("X-Fallback-Applied"));
    }
}
