using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Playwright;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Issue 8: the page /videos in a real browser, private videos, nginx in front.</summary>
public sealed class PlaybackTests
{
    private const string Key = "a-key-of-sixteen-or-more";

    [Fact]
    public async Task Page_InChromium_UploadsShowsStatesAndPlays()
    {
        var chromium = Require.Command("chromium");
        Require.Command("ffmpeg");
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"] });
        var page = await browser.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, said) =>
        {
            if (said.Type == "error") errors.Add(said.Text);
        };
        await page.GotoAsync(sluice.ApiAddress + "videos");
        await page.SetInputFilesAsync("#files", await TestClip.MakeAsync(640, 360, 10));

        await page.Locator(".card.READY").First.WaitForAsync(new LocatorWaitForOptions { Timeout = 90_000 });
        Assert.Equal("1 ready", await page.TextContentAsync("#summary"));
        // The poster comes from the edge.
        Assert.True(await page.Locator(".still img").EvaluateAsync<bool>("image => image.decode().then(() => image.naturalWidth > 0)"));
        await page.Locator(".still").PressAsync("Enter");
        var played = await page.EvaluateAsync<double>("""
            async () => {
              const v = document.getElementById('video');
              v.muted = true;
              await v.play();
              const began = performance.now();
              while (v.currentTime < 1 && performance.now() - began < 30000) await new Promise(r => setTimeout(r, 50));
              return v.currentTime;
            }
            """);

        Assert.True(played >= 1, $"at {played}: {string.Join("; ", errors)}");
        Assert.Empty(errors);
        await page.Keyboard.PressAsync("Escape");
        await page.GetByText("Delete", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await page.GetByText("Keep it").ClickAsync();
        await page.GetByText("Delete", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await page.GetByText("Delete the video").ClickAsync();
        await page.GetByText("There are no videos yet.").WaitForAsync(new LocatorWaitForOptions { Timeout = 20_000 });
    }

    // What is kept current is the first page: a video beyond it stayed there when it was deleted, and one that was begun again looked as before.
    [Fact]
    public async Task Page_AVideoBeyondTheFirstPage_ShowsWhatWasDoneWithIt()
    {
        var chromium = Require.Command("chromium");
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Environment = new Dictionary<string, string> { ["SLUICE__Catalog__Workers"] = "0" } });
        var catalog = new CatalogClient(sluice);
        var failed = (await catalog.CreateAsync("Failed")).Id;
        foreach (var what in (string[])["process", "cancel"]) Assert.Equal(HttpStatusCode.Accepted, (await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{failed}/{what}")).Status);
        var waiting = (await catalog.CreateAsync("Waiting")).Id;
        for (var i = 0; i < 50; i++) await catalog.CreateAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(sluice.ApiAddress + "videos");
        await page.ClickAsync("#more");

        await page.Locator($"#video-{waiting}").GetByText("Delete", new LocatorGetByTextOptions { Exact = true }).ClickAsync();
        await page.GetByText("Delete the video").ClickAsync();
        await page.Locator($"#video-{waiting}").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached, Timeout = 20_000 });
        await page.Locator($"#video-{failed}").GetByText("Transcode again").ClickAsync();
        await page.Locator($"#video-{failed}.PROCESSING").WaitForAsync(new LocatorWaitForOptions { Timeout = 20_000 });

        // Nor is it left as it was when something happens to it elsewhere.
        Assert.Equal(HttpStatusCode.Accepted, (await catalog.SendAsync(HttpMethod.Post, $"/v1/videos/{failed}/cancel")).Status);
        await page.Locator($"#video-{failed}.FAILED").WaitForAsync(new LocatorWaitForOptions { Timeout = 20_000 });
    }

    // What was there before stood there for as long as it hung, as if it were so.
    [Fact]
    public async Task Page_ServerThatHangs_IsSaid()
    {
        var chromium = Require.Command("chromium");
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        var page = await browser.NewPageAsync();
        await page.Clock.InstallAsync();
        await page.GotoAsync(sluice.ApiAddress + "videos");
        await page.GetByText("There are no videos yet.").WaitForAsync(new LocatorWaitForOptions { Timeout = 20_000 });

        var hangs = true;
        await page.RouteAsync("**/v1/videos?*", route => hangs ? Task.CompletedTask : route.ContinueAsync());
        Assert.True(await ShowsAsync(true));
        hangs = false;
        Assert.True(await ShowsAsync(false));

        Task<bool> ShowsAsync(bool isShown) => Eventually.HoldsAsync(async () =>
        {
            await page.Clock.FastForwardAsync(10_000);
            return await page.GetByText("The server cannot be reached. Trying again …").IsVisibleAsync() == isShown;
        }, TimeSpan.FromSeconds(60));
    }

    // All pictures of the page were fetched again each minute, and the still under a pointer vanished.
    [Fact]
    public async Task Page_TokenOfAPrivateVideoChanges_LeavesItsCardAsItIs()
    {
        var chromium = Require.Command("chromium");
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        var page = await browser.NewPageAsync();
        var asked = 0;
        await page.RouteAsync("**/v1/videos?*", route =>
        {
            var (at, token) = (sluice.EdgeAddress + "hls/1/", Interlocked.Increment(ref asked));
            return route.FulfillAsync(new() { ContentType = "application/json", Body = $$"""
                {"videos":[{"id":"6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d","title":"T","status":"READY","created_at":"2026-01-01T00:00:00Z","hls_url":"{{at}}master.m3u8?token={{token}}","poster_url":"{{at}}poster.jpg?token={{token}}"}]}
                """ });
        });
        await page.GotoAsync(sluice.ApiAddress + "videos");
        await page.Locator(".still .play").EvaluateAsync("still => still.id = 'first'");
        var before = Volatile.Read(ref asked);

        Assert.True(await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref asked) > before + 1), TimeSpan.FromSeconds(60)));

        Assert.Equal("first", await page.Locator(".still .play").GetAttributeAsync("id"));
    }

    [Fact]
    public async Task PrivateVideo_OnlyWithItsToken_PlaysFromSharedCopies()
    {
        Require.Command("ffmpeg");
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Environment = new Dictionary<string, string> { ["SLUICE__Catalog__PlaybackKey"] = Key } });
        var (catalog, edge) = (new CatalogClient(sluice), sluice.Edge);
        var clip = await TestClip.MakeAsync(320, 240, 2, sound: false);
        var (id, other) = (await catalog.UploadAsync(clip), await catalog.UploadAsync(clip));
        await catalog.ReadyAsync(id);
        await catalog.ReadyAsync(other);
        var video = await catalog.GetAsync(id);
        var url = new Uri((string)video["hls_url"]!);
        var foreign = new Uri((string)(await catalog.GetAsync(other))["hls_url"]!);

        // With a token a player that knows nothing of tokens plays it to the end.
        Assert.Equal("h264", (await TestClip.ProbeAsync(url.ToString(), "-select_streams", "v:0", "-show_entries", "stream=codec_name")).Split('\n')[0].TrimEnd(','));
        var master = await edge.AskAsync(url.PathAndQuery);
        Assert.Equal("private, no-store", master.Headers["Cache-Control"]);
        Assert.Equal("HIT", (await edge.AskAsync(url.PathAndQuery, "Accept-Encoding: gzip", "Range: bytes=0-9", "If-None-Match: *")).CacheStatus);
        var line = master.Text.Split('\n').First(l => l.Contains("playlist.m3u8", StringComparison.Ordinal));
        Assert.Contains("playlist.m3u8?token=2.", line, StringComparison.Ordinal);
        var playlist = await edge.AskAsync($"/hls/{id}/{line}");
        var segment = $"/hls/{id}/{line[..line.IndexOf("playlist", StringComparison.Ordinal)]}{playlist.Text.Split('\n').First(l => l.StartsWith("segment", StringComparison.Ordinal))}";
        Assert.Equal((200, 200), ((await edge.AskAsync(segment)).Status, (await edge.HeadAsync(segment)).Status));
        // Another viewer has another token, and the same copy.
        var later = await edge.AskAsync(segment, "Range: bytes=188-375");
        Assert.Equal((206, "HIT"), (later.Status, later.CacheStatus));
        Assert.Equal(200, (await edge.AskAsync(new Uri((string)video["poster_url"]!).PathAndQuery)).Status);
        var thumbnails = await edge.AskAsync(new Uri((string)video["thumbnails_url"]!).PathAndQuery);
        Assert.Contains("thumbnails.jpg?token=2.", thumbnails.Text, StringComparison.Ordinal);

        string[] refused =
        [
            url.AbsolutePath, segment[..segment.IndexOf('?', StringComparison.Ordinal)], url.AbsolutePath + "?token=", url.AbsolutePath + foreign.Query,
            url.PathAndQuery + "x", url.PathAndQuery.Replace("token=2.", "token=1.", StringComparison.Ordinal), url.PathAndQuery.Replace("token=2.", "token=0.", StringComparison.Ordinal),
            $"{url.AbsolutePath}?token=2.99999999999.{url.Query.Split('.')[^1]}", $"{url.AbsolutePath}?TOKEN={url.Query[7..]}", foreign.AbsolutePath + url.Query, $"/hls/{other}/x/../master.m3u8{url.Query}",
        ];
        foreach (var target in refused)
        {
            var answer = await edge.AskAsync(target);
            Assert.Equal((target, 403), (target, answer.Status));
            Assert.DoesNotContain(url.Query.Split('.')[^1], answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PrivateRoute_OfOnesOwn_TakesTokensOfTheApi()
    {
        using var folder = new TemporaryFolder();
        folder.Write("hls/movie/master.m3u8", "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n#EXTINF:6,\nseg 0.ts\n#EXTINF:6,\nhttps://elsewhere.example/seg1.ts\n");
        folder.Write("hls/movie/key.bin", "0123456789abcdef");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = folder.Path,
            Environment = new Dictionary<string, string> { ["SLUICE__Routes__0__PlaybackKey"] = Key, ["SLUICE__Routes__0__PlaybackLifetime"] = "1m" },
        });
        var (status, body) = await new CatalogClient(sluice).SendAsync(HttpMethod.Post, "/v1/playback", """{"path":"/hls/./m%6fvie/master.m3u8"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var url = (string)body!["url"]!;

        var manifest = (await sluice.Edge.AskAsync(url)).Text;

        Assert.Contains("URI=\"key.bin?token=2.", manifest, StringComparison.Ordinal);
        Assert.Contains("\nseg 0.ts?token=2.", manifest, StringComparison.Ordinal);
        Assert.EndsWith("\nhttps://elsewhere.example/seg1.ts\n", manifest, StringComparison.Ordinal);
        Assert.Equal(403, (await sluice.Edge.AskAsync("/hls/movie/key.bin")).Status);
        Assert.Equal(403, (await sluice.Edge.AskAsync("/")).Status);
    }

    [Fact]
    public async Task Nginx_InFrontWithTlsAndHttp2_PassesTheCacheStatus()
    {
        Require.Command("nginx");
        using var folder = new TemporaryFolder();
        folder.Write("media/hls/a/master.m3u8", "#EXTM3U\n");
        await using var sluice = await SluiceProcess.StartAsync(Path.Combine(folder.Path, "media"));
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = new CertificateRequest("CN=media.example.org", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            folder.Write("cert.pem", certificate.ExportCertificatePem());
            folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        }
        var port = FreePorts.Next();
        var configuration = (await File.ReadAllTextAsync(Path.Combine(SluiceProgram.Repository, "eng", "nginx.conf")))
            .Replace("127.0.0.1:8081;", sluice.EdgeAddress.Authority + ";", StringComparison.Ordinal).Replace("listen 443 ", $"listen 127.0.0.1:{port} ", StringComparison.Ordinal)
            .Replace("/etc/ssl/sluice/", folder.Path + "/", StringComparison.Ordinal);
        await using var nginx = await Nginx.StartAsync("", configuration);
        using var viewer = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, shown, _, _) => shown?.Subject == "CN=media.example.org" } }) { BaseAddress = new Uri($"https://127.0.0.1:{port}"), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var seen = new List<string?>();
        for (var i = 0; i < 2; i++) seen.Add((await viewer.AskAsync("/hls/a/master.m3u8")).CacheStatus);

        Assert.Equal(["MISS", "HIT"], seen);
        Assert.Equal(206, (await viewer.AskAsync("/hls/a/master.m3u8", "Range: bytes=0-3")).Status);
    }
}
