using Microsoft.Playwright;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Browser;

/// <summary>EDG-01, EDG-11, EDG-14: a real browser plays and seeks through the edge, a real player reads the HLS rendition.</summary>
public sealed class PlayerTests(SampleEdge samples) : IClassFixture<SampleEdge>
{
    private readonly SluiceProcess _sluice = samples.Sluice;

    [Fact]
    public async Task Chromium_PlaysAndSeeksTheClip_ThroughTheEdge()
    {
        var chromium = Require.Command("chromium");
        using var pages = new TemporaryFolder();
        pages.Write("player.html", $"<video id=v muted preload=auto src='{_sluice.EdgeAddress}clip.mp4'></video>");
        await using var site = await SluiceProcess.StartAsync(pages.Path); // another origin than the media's, as a real page is
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            Headless = true,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(site.EdgeAddress + "player.html");

        var seen = await page.EvaluateAsync<PlayerReport>("""
            async () => {
              const v = document.getElementById('v');
              const until = (test, what) => new Promise((done, fail) => {
                const began = performance.now();
                const look = () => v.error ? fail(new Error(what + ': media error ' + v.error.code + ' ' + v.error.message))
                  : test() ? done() : performance.now() - began > 20000 ? fail(new Error(what + ' took too long, at ' + v.currentTime)) : setTimeout(look, 50);
                look();
              });
              await until(() => v.readyState >= 2, 'load');
              await v.play();
              await until(() => v.currentTime > 0.5, 'play');
              v.currentTime = 7.5;
              await until(() => !v.seeking && v.currentTime >= 7.5, 'seek');
              const sought = v.currentTime;
              await until(() => v.currentTime > sought + 0.3, 'play on');
              return { duration: v.duration, sought, at: v.currentTime, width: v.videoWidth, height: v.videoHeight };
            }
            """);

        Assert.InRange(seen.Duration, 9.5, 10.5);
        Assert.InRange(seen.Sought, 7.5, 8.5);
        Assert.True(seen.At > seen.Sought);
        Assert.Equal((640, 360), (seen.Width, seen.Height));
        Assert.Equal("HIT", (await _sluice.Edge.HeadAsync("/clip.mp4")).CacheStatus);
    }

    [Fact]
    public async Task Chromium_FetchesARangeFromAnotherOrigin_AndMayReadItsHeaders()
    {
        var chromium = Require.Command("chromium");
        using var pages = new TemporaryFolder();
        pages.Write("page.html", "<p>page");
        await using var site = await SluiceProcess.StartAsync(pages.Path);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(site.EdgeAddress + "page.html");

        // A range fetch from a script needs the preflight, or the safelist, and the exposed header.
        var range = await page.EvaluateAsync<string>($$"""
            async () => {
              const r = await fetch('{{_sluice.EdgeAddress}}clip.mp4', { headers: { Range: 'bytes=100-199', 'If-None-Match': '"x"' } });
              const body = await r.arrayBuffer();
              return r.status + ' ' + body.byteLength + ' ' + r.headers.get('Content-Range');
            }
            """);

        var length = new FileInfo(Path.Combine(SluiceProgram.Repository, "samples", "media", "clip.mp4")).Length;
        Assert.Equal($"206 100 bytes 100-199/{length}", range);
    }

    [Fact]
    public async Task Ffmpeg_ReadsTheHlsRendition_WithoutAnError()
    {
        var played = await Tool.RunAsync("ffmpeg", ["-v", "error", "-i", _sluice.EdgeAddress + "hls/master.m3u8", "-f", "null", "-"]);

        Assert.True(played.ExitCode == 0 && played.All.Trim().Length == 0, played.All);
        Assert.Equal("HIT", (await _sluice.Edge.HeadAsync("/hls/master.m3u8")).CacheStatus);
        Assert.Equal("HIT", (await _sluice.Edge.HeadAsync("/hls/clip-001.ts")).CacheStatus);
    }

    [Fact]
    public async Task Ffprobe_OfTheRenditionAndTheClip_SeesTenSeconds()
    {
        foreach (var path in (string[])["hls/master.m3u8", "clip.mp4"])
        {
            var probed = await Tool.RunAsync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", _sluice.EdgeAddress + path]);
            Assert.True(probed.ExitCode == 0, probed.All);
            Assert.StartsWith("10.", probed.Output.Trim().Replace("9.9", "10.", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    private sealed record PlayerReport
    {
        public double Duration { get; init; }

        public double Sought { get; init; }

        public double At { get; init; }

        public int Width { get; init; }

        public int Height { get; init; }
    }
}
