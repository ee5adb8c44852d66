using System.Net;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Row HLS-07 and issue 8: workers in processes of their own, killed at every stage.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    // What a killed worker held is free so soon; a living one on a busy machine must not miss it.
    private static readonly Dictionary<string, string> Quick = new() { ["SLUICE__Catalog__Lease"] = "4s", ["SLUICE__Catalog__RetryPause"] = "1s" };

    /// <summary>For workers that live: none loses its job to a machine that stands still.</summary>
    private static readonly Dictionary<string, string> Steady = new(Quick) { ["SLUICE__Catalog__Lease"] = "1m" };

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder folder = new();
    private SluiceProcess sluice = null!;
    private CatalogClient catalog = null!;

    private string Catalog => folder.FileOf("catalog/x")[..^2];

    public async ValueTask InitializeAsync()
    {
        Require.Command("ffmpeg");
        sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Arguments = ["--catalog", Catalog, "--workers", "0"], Environment = Quick });
        catalog = new CatalogClient(sluice);
    }

    public async ValueTask DisposeAsync()
    {
        if (sluice is not null) await sluice.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Worker_WithoutFfmpeg_IsRefusedBeforeItTakesAVideo()
    {
        var result = await SluiceProgram.RunAsync(["worker", "--catalog", Catalog], new Dictionary<string, string> { ["PATH"] = folder.Path });
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ffmpeg is not on PATH", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_OnAFullDisk_LeavesVideosUntilThereIsRoom()
    {
        using var small = Require.Tmpfs("size=110m");
        var fill = Path.Combine(small.Path, "fill");
        await File.WriteAllBytesAsync(fill, new byte[20 << 20]);
        await using var full = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Arguments = ["--catalog", small.Path] });
        var client = new CatalogClient(full);

        var id = await client.UploadAsync(await TestClip.MakeAsync(320, 240, 2, sound: false));
        Assert.True(await full.SaysAsync("No video is transcoded here"));
        var job = (await client.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body!;
        Assert.Equal(("queued", 0), ((string?)job["state"], (int)job["attempt"]!));
        File.Delete(fill);

        await client.ReadyAsync(id);
    }

    [Theory]
    [InlineData("probing")]
    [InlineData("720p")]
    [InlineData("360p")]
    [InlineData("audio")]
    [InlineData("pictures")]
    [InlineData("storing")]
    [InlineData("publishing")]
    public async Task Worker_KilledAtAStage_IsFollowedByAnother(string stage)
    {
        var id = await catalog.UploadAsync(await ClipAsync());
        using var tools = new HeldTools(stage);
        await using (var first = await StartAsync(tools))
        {
            Assert.True(await catalog.StageAsync(id, s => s == stage), first.Log);
            await first.KillAsync();
        }
        Assert.Equal("PROCESSING", (string?)(await catalog.GetAsync(id))["status"]);
        Assert.Equal(404, (await sluice.Edge.AskAsync($"/hls/{id}/master.m3u8")).Status);

        await using var second = await StartAsync();
        var path = await catalog.ReadyAsync(id);

        await PlaysAsync(path);
        // Nothing of the killed attempt is left, neither on the scratch disk nor in the store.
        var generation = (await sluice.Edge.AskAsync(path)).Text.Split('\n')[^2].Split('/')[0];
        var store = Path.Combine(Catalog, "media", "hls", id);
        Assert.True(await Eventually.HoldsAsync(() => Directory.GetDirectories(store).Select(Path.GetFileName).SequenceEqual([generation]), Patience), string.Join(", ", Directory.GetDirectories(store)));
        Assert.True(await Eventually.HoldsAsync(() => Directory.GetDirectories(Path.Combine(Catalog, "work")).Length == 0, Patience));
    }

    [Fact]
    public async Task Workers_ThatAllDie_LeaveAFailedVideoWithTheReason()
    {
        var id = await catalog.UploadAsync(await ClipAsync());
        using var tools = new HeldTools("720p");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await using var worker = await StartAsync(tools);
            Assert.True(await Eventually.HoldsAsync(async () => (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body is { } job && (int)job["attempt"]! == attempt && (string?)job["stage"] == "720p", Patience));
            await worker.KillAsync();
        }

        await using var last = await StartAsync();
        var video = await catalog.EndOfAsync(id);

        Assert.Equal(("FAILED", "Transcoding was begun 3 times, and the worker died each time."), ((string?)video["status"], (string?)video["failure_reason"]));
    }

    [Fact]
    public async Task Worker_AskedToStop_GivesItsJobBackUncounted()
    {
        var id = await catalog.UploadAsync(await ClipAsync());
        using var tools = new HeldTools("720p");
        await using var worker = await StartAsync(tools, Steady);
        Assert.True(await catalog.StageAsync(id, s => s == "720p"));

        await worker.StopAsync();

        var job = (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body!;
        Assert.Equal(("queued", 0), ((string?)job["state"], (int)job["attempt"]!));
    }

    /// <summary>As systemd and Ctrl-C do it: the tools are told as well, and may be gone before the worker knows why.</summary>
    [Theory]
    [InlineData("ffprobe", "*format=start_time*")]
    [InlineData("ffmpeg", "*scale=640:360*")]
    public async Task Worker_AskedToStopWithItsTools_GivesItsJobBackUncounted(string tool, string work)
    {
        var id = await catalog.UploadAsync(await ClipAsync());
        var command = Require.Command(tool);
        var wrapper = folder.Write("told/" + tool, $"""
            #!/bin/sh
            case "$*" in {work})
            (sleep 0.2; kill -TERM $PPID) >/dev/null 2>&1 &
            {(tool == "ffmpeg" ? "exit 255" : "kill -TERM $$")}
            esac
            exec {command} "$@"

            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var worker = await SluiceWorker.StartAsync(["--catalog", Catalog], new Dictionary<string, string>(Steady) { ["PATH"] = $"{Path.GetDirectoryName(wrapper)}:{Environment.GetEnvironmentVariable("PATH")}" });
        Assert.True(await Eventually.HoldsAsync(() => worker.HasExited, Patience));

        Assert.Equal("PROCESSING", (string?)(await catalog.GetAsync(id))["status"]);
        var job = (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body!;
        Assert.Equal(("queued", 0), ((string?)job["state"], (int)job["attempt"]!));
    }

    [Fact]
    public async Task Workers_TwoAndFourVideos_DoEachOnce()
    {
        var clip = await ClipAsync();
        using var tools = new HeldTools("360p");
        await using var one = await StartAsync(tools);
        var ids = new List<string> { await catalog.UploadAsync(clip, "clip 0") };
        Assert.True(await catalog.StageAsync(ids[0], s => s == "360p"), one.Log);

        // While the first is held, for longer than a lease without a sign of life would last, the other does the rest and leaves that one alone.
        await using var two = await StartAsync();
        for (var i = 1; i < 4; i++) ids.Add(await catalog.UploadAsync(clip, $"clip {i}"));
        foreach (var id in ids[1..]) await PlaysAsync(await catalog.ReadyAsync(id));
        tools.Release();
        await PlaysAsync(await catalog.ReadyAsync(ids[0]));

        Assert.True(await Eventually.HoldsAsync(() => Ready(one) == 1 && Ready(two) == 3, Patience), one.Log + two.Log);
        Assert.Equal(1, (int)(await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{ids[0]}/job")).Body!["attempt"]!);

        static int Ready(SluiceWorker worker) => worker.Log.Split('\n').Count(line => line.Contains("is READY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_KilledWhileItTranscodes_GoesOnAfterItsRestart()
    {
        using var tools = new HeldTools("720p");
        var attempts = new Dictionary<string, string>(Quick) { ["PATH"] = tools.SearchPath };
        await using var both = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Arguments = ["--catalog", folder.FileOf("own/x")[..^2]], Environment = attempts });
        var own = new CatalogClient(both);
        var id = await own.UploadAsync(await ClipAsync());
        Assert.True(await own.StageAsync(id, s => s == "720p"));

        await both.KillAsync();
        tools.Release();
        await both.StartAsync();

        // Nobody asked for anything: the restarted server looks for work by itself.
        await own.ReadyAsync(id);
    }

    [Fact]
    public async Task Worker_OfTheServersConfiguration_LeavesItToTheServerWhatThatHasMissed()
    {
        // One configuration for both names one cache directory, which is the server's.
        var both = new Dictionary<string, string>(Steady) { ["SLUICE__Cache__Directory"] = sluice.CacheDirectory };
        using var tools = new HeldTools("audio");
        await using var worker = await StartAsync(tools, both);
        tools.Release();
        var id = await catalog.UploadAsync(await ClipAsync());
        var path = await catalog.ReadyAsync(id);
        var before = (await sluice.Edge.AskAsync(path)).Text;
        tools.Hold();
        Assert.Equal(HttpStatusCode.Accepted, (await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/reprocess")).Status);
        Assert.True(await catalog.StageAsync(id, s => s == "audio"), worker.Log);

        await sluice.StopAsync();
        tools.Release();
        Assert.True(await Eventually.HoldsAsync(() => worker.Log.Split("is READY").Length == 3, Patience), worker.Log);
        // It follows the events, too.
        await Eventually.PassAsync(TimeSpan.FromSeconds(2));
        await sluice.StartAsync();

        // The manifest of before lies on the server's disk, good for an hour.
        Assert.True(await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync(path)).Text is var text && text != before && text.Contains("#EXTM3U", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), sluice.Log);
    }

    [Fact]
    public async Task Requests_EachSentManyTimesAtOnce_CountAsOne()
    {
        var clip = await File.ReadAllBytesAsync(await TestClip.MakeAsync(320, 240, 2, sound: false));
        // A client that repeats a creation has two videos, as with any POST; both can be used.
        var (id, url) = await catalog.CreateAsync();
        Assert.NotEqual(id, (await catalog.CreateAsync()).Id);
        using var http = new HttpClient();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PutAsync())), status => Assert.Equal(HttpStatusCode.OK, status));

        Assert.Equal([HttpStatusCode.Accepted], await ManyAsync(HttpMethod.Post, "/process"));
        var worker = await StartAsync(settings: Steady);
        var path = await catalog.ReadyAsync(id);
        Assert.Equal(1, (int)(await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body!["attempt"]!);
        Assert.Single(FoldersOf(id));
        Assert.Equal([HttpStatusCode.Conflict], await ManyAsync(HttpMethod.Post, "/process"));
        // Bytes of a video that is played are not replaced.
        Assert.Equal(HttpStatusCode.Conflict, await PutAsync());

        await worker.StopAsync();
        await worker.DisposeAsync();
        Assert.Equal([HttpStatusCode.Accepted], await ManyAsync(HttpMethod.Post, "/reprocess"));
        await using var next = await StartAsync(settings: Steady);
        Assert.Equal(path, await catalog.ReadyAsync(id));
        // The first encode's files stay for those who watch them: two encodes, however often it was asked for.
        Assert.Equal(2, FoldersOf(id).Length);
        Assert.Equal([HttpStatusCode.Conflict], await ManyAsync(HttpMethod.Post, "/cancel"));
        Assert.Equal("READY", (string?)(await catalog.GetAsync(id))["status"]);

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NotFound], await ManyAsync(HttpMethod.Delete, ""));

        async Task<HttpStatusCode> PutAsync()
        {
            using var answer = await http.PutAsync(url, new ByteArrayContent(clip));
            return answer.StatusCode;
        }

        async Task<HttpStatusCode[]> ManyAsync(HttpMethod method, string what) =>
            [.. (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => catalog.SendAsync(method, $"/v1/videos/{id}{what}")))).Select(answer => answer.Status).Distinct().Order()];

        string[] FoldersOf(string video) => Directory.GetDirectories(Path.Combine(Catalog, "media", "hls", video));
    }

    // Small, and large enough for two renditions.
    private static Task<string> ClipAsync() => TestClip.MakeAsync(1280, 720, 1, rate: 10);

    private Task<SluiceWorker> StartAsync(HeldTools? tools = null, Dictionary<string, string>? settings = null) =>
        SluiceWorker.StartAsync(["--catalog", Catalog], tools is null ? settings ?? Quick : new(settings ?? Quick) { ["PATH"] = tools.SearchPath });

    private async Task PlaysAsync(string path)
    {
        var master = await sluice.Edge.AskAsync(path);
        Assert.Equal(200, master.Status);
        var folder = path[..(path.LastIndexOf('/') + 1)];
        foreach (var playlist in master.Text.Split('\n').Where(line => line.EndsWith(".m3u8", StringComparison.Ordinal)))
        {
            var listed = await sluice.Edge.AskAsync(folder + playlist);
            Assert.Contains("#EXT-X-ENDLIST", listed.Text, StringComparison.Ordinal);
            foreach (var segment in listed.Text.Split('\n').Where(line => line.EndsWith(".ts", StringComparison.Ordinal)))
                Assert.Equal(200, (await sluice.Edge.HeadAsync(folder + playlist.Replace("playlist.m3u8", segment, StringComparison.Ordinal))).Status);
        }
    }
}
