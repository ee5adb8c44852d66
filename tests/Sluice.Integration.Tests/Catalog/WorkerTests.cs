using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Row HLS-07 and issue 8: workers in processes of their own, killed at every stage.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Quick = new() { ["SLUICE__Catalog__Lease"] = "2s", ["SLUICE__Catalog__RetryPause"] = "1s" };

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

    [Theory]
    [InlineData("720p")]
    [InlineData("360p")]
    [InlineData("audio|pictures|storing|publishing")]
    public async Task Worker_KilledAtAStage_IsFollowedByAnother(string stage)
    {
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(1280, 720, 14));
        var first = await StartAsync();
        Assert.True(await catalog.StageAsync(id, s => stage.Split('|').Contains(s)));
        await first.KillAsync();
        Assert.Equal("PROCESSING", (string?)(await catalog.GetAsync(id))["status"]);
        Assert.Equal(404, (await sluice.Edge.AskAsync($"/hls/{id}/master.m3u8")).Status);

        await using var second = await StartAsync();
        var path = await catalog.ReadyAsync(id);

        await PlaysAsync(path);
        // Nothing of the killed attempt is left, neither on the scratch disk nor in the store.
        var generation = (await sluice.Edge.AskAsync(path)).Text.Split('\n')[^2].Split('/')[0];
        var store = Path.Combine(Catalog, "media", "hls", id);
        Assert.True(await Eventually.HoldsAsync(() => Directory.GetDirectories(store).Select(Path.GetFileName).SequenceEqual([generation]), TimeSpan.FromSeconds(20)), string.Join(", ", Directory.GetDirectories(store)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Catalog, "work")));
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Workers_ThatAllDie_LeaveAFailedVideoWithTheReason()
    {
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(1280, 720, 60));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await using var worker = await StartAsync();
            Assert.True(await Eventually.HoldsAsync(async () => (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body is { } job && (int)job["attempt"]! == attempt && (string?)job["stage"] == "720p", TimeSpan.FromSeconds(60)));
            await worker.KillAsync();
        }

        await using var last = await StartAsync();
        var video = await catalog.EndOfAsync(id);

        Assert.Equal(("FAILED", "Transcoding was begun 3 times, and the worker died each time."), ((string?)video["status"], (string?)video["failure_reason"]));
    }

    [Fact]
    public async Task Worker_AskedToStop_GivesItsJobBackUncounted()
    {
        var id = await catalog.UploadAsync(await TestClip.MakeAsync(1280, 720, 60));
        await using var worker = await StartAsync();
        Assert.True(await catalog.StageAsync(id, s => s == "720p"));

        await worker.StopAsync();

        var job = (await catalog.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/job")).Body!;
        Assert.Equal(("queued", 0), ((string?)job["state"], (int)job["attempt"]!));
    }

    [Fact]
    public async Task Workers_TwoAndFourVideos_DoEachOnce()
    {
        var clip = await TestClip.MakeAsync(640, 360, 10);
        var ids = new List<string>();
        for (var i = 0; i < 4; i++) ids.Add(await catalog.UploadAsync(clip, $"clip {i}"));

        await using var one = await StartAsync();
        await using var two = await StartAsync();
        foreach (var id in ids) await PlaysAsync(await catalog.ReadyAsync(id));

        var ready = (one.Log + two.Log).Split('\n').Where(line => line.Contains("is READY", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, ready.Length);
        Assert.Contains("is READY", one.Log, StringComparison.Ordinal);
        Assert.Contains("is READY", two.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_KilledWhileItTranscodes_GoesOnAfterItsRestart()
    {
        await using var both = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Arguments = ["--catalog", folder.FileOf("own/x")[..^2]], Environment = Quick });
        var own = new CatalogClient(both);
        var id = await own.UploadAsync(await TestClip.MakeAsync(1280, 720, 14));
        Assert.True(await own.StageAsync(id, s => s == "720p"));

        await both.KillAsync();
        await both.StartAsync();

        // Nobody asked for anything: the restarted server looks for work by itself.
        await own.ReadyAsync(id);
    }

    private Task<SluiceWorker> StartAsync() => SluiceWorker.StartAsync(["--catalog", Catalog], Quick);

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
