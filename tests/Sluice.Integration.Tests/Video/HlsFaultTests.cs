using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>What players of HLS are given while sources are replaced, servers are stopped, and routes take little.</summary>
public sealed class HlsFaultTests
{
    private static readonly string[] Film = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=24", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-g", "50", "-pix_fmt", "yuv420p"];

    // A tag tells versions of one file apart, as the number of a revision does; another file may have the same.
    [Fact]
    public async Task Playlists_OfSourcesWithTheSameTag_AreAsLongAsTheirOwn()
    {
        await using var origin = FaultyOrigin.Start();
        foreach (var (name, clip) in ((string, string)[])[("/film.mp4", await Clips.MakeAsync("hls-fault.mp4", Film)), ("/square.mp4", await Clips.SquareAsync())])
            origin.On(name, await ReplyAsync(clip, "1"));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        Assert.Equal(6, await SegmentsAsync(sluice, "/film.mp4"));
        Assert.NotEqual(6, await SegmentsAsync(sluice, "/square.mp4"));
    }

    [Fact]
    public async Task Segment_WhoseSourceIsReplacedWhileItIsMade_IsOfTheNewOne()
    {
        var film = await Clips.MakeAsync("hls-fault.mp4", Film);
        await using var origin = FaultyOrigin.Start();
        origin.On("/film.mp4", await ReplyAsync(film, "1"));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        // Of the first version the ends are held, and not the middle.
        Assert.Equal(6, await SegmentsAsync(sluice, "/film.mp4"));
        var before = await sluice.Edge.AskAsync("/film.mp4/hls-0.ts?width=160&height=90");
        origin.On("/film.mp4", await ReplyAsync(film, "2"));
        var after = await sluice.Edge.AskAsync("/film.mp4/hls-4.ts?width=160&height=90");
        Assert.Equal((200, 200), (before.Status, after.Status));
        Assert.NotEqual(before.Header("ETag")![..17], after.Header("ETag")![..17]);
    }

    // Who has them made ahead tells no more than a viewer can of what becomes of the source meanwhile.
    [Fact]
    public async Task Picture_PreparedWhileItsSourceIsReplaced_IsOfTheNewOne()
    {
        var film = await Clips.MakeAsync("hls-fault.mp4", Film);
        await using var origin = FaultyOrigin.Start();
        origin.On("/film.mp4", await ReplyAsync(film, "1"));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        Assert.Equal(6, await SegmentsAsync(sluice, "/film.mp4"));
        origin.On("/film.mp4", await ReplyAsync(film, "2"));
        const string Picture = "/film.mp4?mode=frame&time=12s&width=160";
        using var answer = await sluice.Api.PostAsJsonAsync("/v1/variants/prepare", new JsonObject { ["urls"] = new JsonArray(Picture) });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("HIT", (await sluice.Edge.HeadAsync(Picture)).CacheStatus);
    }

    [Fact]
    public async Task Picture_WhoseSourceIsReplacedBeforeItsLengthIsKnown_IsOfTheNewOne()
    {
        var film = await Clips.MakeAsync("hls-fault.mp4", Film);
        await using var origin = FaultyOrigin.Start();
        // Its beginning; what it says of its length is at its end.
        origin.On("/film.mp4", await ReplyAsync(film, "2")).Once("/film.mp4", await ReplyAsync(film, "1"));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        var answer = await sluice.Edge.AskAsync("/film.mp4?mode=frame&time=50%25&width=160");
        Assert.Equal((200, "image/jpeg"), (answer.Status, answer.Header("Content-Type")));
    }

    /// <summary>All processes of a service are told to end when it is stopped: what was being made then says nothing of its source, and is not to be found by the next start.</summary>
    [Fact]
    public async Task Segment_WhoseFfmpegIsToldToEnd_IsMadeTheNextTime()
    {
        using var folder = new TemporaryFolder();
        File.Copy(await Clips.MakeAsync("hls-fault.mp4", Film), folder.FileOf("media/film.mp4"));
        // It may write no file, and so makes a folder.
        var wrapper = folder.Write("bin/ffmpeg", $"#!/bin/sh\ncase \"$1\" in -version|-filters) ;; *) /bin/mkdir {folder.Path}/told 2>/dev/null && (/bin/sleep 0.2; kill -TERM $$) & ;; esac\nexec {Require.Command("ffmpeg")} \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.FileOf("media"), Environment = new Dictionary<string, string> { ["PATH"] = $"{Path.GetDirectoryName(wrapper)}:{Environment.GetEnvironmentVariable("PATH")}" } });
        const string Segment = "/film.mp4/hls-2.ts?width=1920&height=1080";
        var told = await sluice.Edge.AskAsync(Segment);
        Assert.Equal((500, "max-age=1"), (told.Status, told.Header("Cache-Control")));
        Assert.Contains("told to end", told.Text, StringComparison.Ordinal);
        Assert.True(await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync(Segment)).Status == 200, TimeSpan.FromSeconds(30)));
    }

    // As docs/video.md has it for servers that others reach.
    [Fact]
    public async Task Film_OnARouteThatTakesFewParameters_Plays_AndIsMadeAheadAndListed()
    {
        using var folder = new TemporaryFolder();
        File.Copy(await Clips.MakeAsync("hls-fault.mp4", Film), folder.FileOf("media/film.mp4"));
        var config = folder.Write("sluice.json", $$"""{ "routes": [{ "origins": ["{{folder.FileOf("media")}}"], "video": { "parameters": ["width", "format"], "sizeStep": 100 } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        var sizes = await NamesAsync(sluice, "/film.mp4/hls.m3u8");
        Assert.Equal(["hls.m3u8?width=600&height=400&bitrate=800k", "hls.m3u8?width=1300&height=700&bitrate=2500k"], sizes);
        foreach (var list in (string[])[sizes[0], "hls.m3u8?width=300"])
        {
            var segments = await NamesAsync(sluice, "/film.mp4/" + list);
            Assert.Equal(6, segments.Length);
            Assert.Equal(HttpStatusCode.OK, (HttpStatusCode)(await sluice.Edge.AskAsync("/film.mp4/" + segments[0])).Status);
            Assert.True(await Eventually.HoldsAsync(async () => (await sluice.Edge.HeadAsync("/film.mp4/" + segments[1])).CacheStatus == "HIT", TimeSpan.FromSeconds(60)));
        }

        // The playlists and two segments of each size.
        Assert.Equal(7, (await sluice.ApiJsonAsync("/v1/variants?source=/film.mp4"))["variants"]!.AsArray().Count);
    }

    private static async Task<OriginReply> ReplyAsync(string clip, string tag) =>
        new() { Body = OriginBody.Of(await File.ReadAllBytesAsync(clip)), ETag = $"\"{tag}\"", ContentType = "video/mp4", CacheControl = "max-age=3600" };

    private static async Task<int> SegmentsAsync(SluiceProcess sluice, string film) => (await NamesAsync(sluice, film + "/hls.m3u8?width=160&height=90")).Length;

    private static async Task<string[]> NamesAsync(SluiceProcess sluice, string playlist)
    {
        var answer = await sluice.Edge.AskAsync(playlist);
        Assert.Equal(200, answer.Status);
        return [.. answer.Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }
}
