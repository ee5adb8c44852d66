using Microsoft.Playwright;
using Sluice.TestKit.Monitoring;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Dashboard;

/// <summary>DSH-01 to DSH-08, TRD-01 to TRD-05 in a real browser: what the panels say is what the traffic was.</summary>
public sealed class DashboardTests : IAsyncLifetime
{
    private const int Wait = 60_000;
    private readonly TemporaryFolder folder = new();
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        var chromium = Require.Command("chromium");
        _ = Require.Command("npm");
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        folder.Write("a.bin", new byte[10_000]);
        folder.Write("b.bin", new byte[20_000]);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Panels_AfterKnownTraffic_ShowItsNumbers()
    {
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        await MakeAsync(sluice, "/a.bin", 10);
        await MakeAsync(sluice, "/b.bin", 10); // 2 misses, 18 hits
        using var purged = await sluice.Api.PostAsync(new Uri("/v1/cache/purge", UriKind.Relative), new StringContent("{\"url\":\"/b.bin\"}", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

        var (page, problems) = await OpenAsync(sluice, "/");

        Assert.Equal("90.0%", await TextAsync(page, "[data-measure='Hit Rate'] .value"));
        Assert.Equal(18, await page.Locator("[data-measure='Hit Rate'] .bar i.on").CountAsync());
        Assert.Equal(20, await page.Locator("[data-measure='Hit Rate'] .bar i").CountAsync());
        Assert.Equal("0.0%", await TextAsync(page, "[data-measure='Refresh Rate'] .value"));
        Assert.Equal("0.00%", await TextAsync(page, "[data-measure='Requests'] .value"));
        Assert.Equal(["hit", "18", "270.0KB", "90.0%"], await RowAsync(page, "#outcomes", "hit"));
        Assert.Equal(["miss", "2", "30.0KB", "10.0%"], await RowAsync(page, "#outcomes", "miss"));
        Assert.Equal("270.0KB", await TextAsync(page, "[data-measure='Saved bytes']"));
        Assert.Equal("1", await TextAsync(page, "[data-measure='Objects'] .value"));
        Assert.Contains("url /b.bin", await page.Locator("#purges").InnerTextAsync(), StringComparison.Ordinal);
        Assert.EndsWith("ms", await TextAsync(page, "[data-measure='End-to-End'] .value"), StringComparison.Ordinal);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Page_Open_FollowsNewTrafficByItself()
    {
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        var (page, _) = await OpenAsync(sluice, "/");
        Assert.Equal("–", await TextAsync(page, "[data-measure='Hit Rate'] .value"));
        await Assertions.Expect(page.Locator("#hint")).ToContainTextAsync("Nothing was asked for in this period", new() { Timeout = Wait });
        // What is refused, or fails, was asked for, although it makes no hit rate.
        using (await sluice.Edge.DeleteAsync(new Uri("/a.bin", UriKind.Relative))) await Assertions.Expect(page.Locator("#hint")).ToBeHiddenAsync(new() { Timeout = Wait });
        Assert.Equal("–", await TextAsync(page, "[data-measure='Hit Rate'] .value"));
        await MakeAsync(sluice, "/a.bin", 4);
        await Assertions.Expect(page.Locator("[data-measure='Hit Rate'] .value")).ToHaveTextAsync("75.0%", new() { Timeout = Wait });
        await Assertions.Expect(page.Locator("#hint")).ToBeHiddenAsync(new() { Timeout = Wait });
        // Whoever looks on must not hold up a stop.
        await sluice.StopAsync();
        Assert.DoesNotContain(SluiceProcess.CutOff, sluice.Log, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator("#live")).ToHaveAttributeAsync("data-state", "off", new() { Timeout = Wait });
    }

    [Fact]
    public async Task Page_OfAServerThatHangs_SaysSo_AndGoesOnWithIt()
    {
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        var (page, _) = await OpenAsync(sluice, "/");
        sluice.Freeze();
        try
        {
            await Assertions.Expect(page.Locator("#live-text")).ToContainTextAsync("has said nothing", new() { Timeout = Wait });
            await Assertions.Expect(page.Locator("#live")).ToHaveAttributeAsync("data-state", "off");
        }
        finally
        {
            sluice.Thaw();
        }

        await Assertions.Expect(page.Locator("#live")).ToHaveAttributeAsync("data-state", "on", new() { Timeout = Wait });
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, true)]
    [InlineData(800, ColorScheme.Dark, true)]
    [InlineData(390, ColorScheme.Dark, false)]
    public async Task Layout_AtAWidth_IsTwoByTwoAboveTheTrend_OrOneColumn(int width, ColorScheme scheme, bool isTwoByTwo)
    {
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        var (page, _) = await OpenAsync(sluice, "/", width, scheme);
        var boxes = new List<LocatorBoundingBoxResult>();
        foreach (var panel in await page.Locator(".panel").AllAsync()) boxes.Add((await panel.BoundingBoxAsync())!);
        var trend = (await page.Locator("#trend").BoundingBoxAsync())!;
        Assert.Equal(["Cache Performance", "Error Rate", "Latency (ms)", "Resource Usage"], await page.Locator(".panel h2").AllInnerTextsAsync());
        if (isTwoByTwo)
        {
            Assert.Equal((boxes[0].Y, boxes[2].Y), (boxes[1].Y, boxes[3].Y));
            Assert.True(boxes[0].X < boxes[1].X && boxes[0].Y < boxes[2].Y);
            Assert.True(trend.Width > boxes[0].Width * 1.9);
        }
        else Assert.Single(boxes.Select(box => box.X).Distinct());
        Assert.True(trend.Y > boxes[3].Y);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Equal(scheme == ColorScheme.Dark ? "rgb(13, 19, 25)" : "rgb(245, 247, 248)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task Views_OfAMonthOfHistory_AreReachedByKeyboardAndHaveTheirLines()
    {
        using var cache = new TemporaryFolder();
        SyntheticHistory.Write(Path.Combine(cache.Path, "history.db"), 3, TimeProvider.System.GetUtcNow());
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, CacheDirectory = cache.Path });
        var (page, problems) = await OpenAsync(sluice, "/");
        Assert.Equal("Last 24 Hours Trend", await TextAsync(page, "#trend-title"));
        Assert.StartsWith("9", await TextAsync(page, "[data-measure='Hit Rate'] .value"), StringComparison.Ordinal);
        Assert.Matches("^[+-]\\d\\.\\d%$", await TextAsync(page, "[data-measure='Hit Rate'] .delta")); // against the day before

        foreach (var (name, title) in ((string, string)[])[("week", "Last 7 Days Trend"), ("month", "Last 30 Days Trend")])
        {
            await page.Locator("#periods button[aria-pressed=true]").FocusAsync();
            await page.Keyboard.PressAsync("Tab");
            Assert.Equal(name, await page.EvaluateAsync<string>("document.activeElement.dataset.value"));
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator("#trend-title")).ToHaveTextAsync(title, new() { Timeout = Wait });
            Assert.Equal(name, await page.EvaluateAsync<string>("document.activeElement.dataset.value")); // focus stays
        }

        Assert.Matches("^[A-Z][a-z]{2} \\d+, .+over after 15 min$", await TextAsync(page, "#alerts .when")); // a weekday alone would be of one of four
        Assert.Equal(["Hit Rate", "Latency", "Errors", "Requests", "Storage"], await page.Locator(".lane-title").AllInnerTextsAsync());
        // How low the lowest day is depends on the hour at which the history ends; a whole number has no decimals.
        Assert.Matches(@"^Hit Rate: from [89]\d(\.\d)? to 9\d(\.\d)? %", await page.Locator("[data-lane='Hit Rate'] .plot").GetAttributeAsync("aria-label") ?? "");
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Page_OfAnApiWithAToken_AsksForIt()
    {
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = folder.Path, Environment = new Dictionary<string, string> { ["SLUICE_API_TOKEN"] = "0123456789abcdef0123" } });
        var page = await browser!.NewPageAsync();
        await page.GotoAsync(sluice.ApiAddress.ToString());
        await page.FillAsync("#token", "another", new() { Timeout = Wait });
        Assert.False(await page.IsVisibleAsync("#refused"));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#refused", new() { Timeout = Wait });
        await page.FillAsync("#token", "0123456789abcdef0123", new() { Timeout = Wait });
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".panel", new() { Timeout = Wait });

        // Who has told it to one page has told it to all.
        foreach (var (other, filled) in ((string, string)[])[("videos", "#none:not([hidden])"), ("preview", "[name=derivative] option[value=mobile]")])
        {
            await page.GotoAsync($"{sluice.ApiAddress}{other}");
            await page.WaitForSelectorAsync(filled, new() { Timeout = Wait, State = WaitForSelectorState.Attached });
        }
    }

    // They are drawn anew every two seconds while there is traffic.
    [Fact]
    public async Task Table_ThatIsWiderThanAPhone_StaysWhereItWasPushedTo()
    {
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        await MakeAsync(sluice, "/a.bin", 3);
        var (page, _) = await OpenAsync(sluice, "/", width: 240);
        await page.EvaluateAsync("(() => { const table = document.querySelector('#tiers .scroll'); table.id = 'before'; table.scrollLeft = 15; })()");
        await MakeAsync(sluice, "/a.bin", 3);
        await page.WaitForSelectorAsync("#before", new() { Timeout = Wait, State = WaitForSelectorState.Detached });
        Assert.Equal(15, await page.EvaluateAsync<int>("document.querySelector('#tiers .scroll').scrollLeft"));
    }

    // One word that is wider than a phone: names of objects have no spaces.
    [Fact]
    public async Task ReportAndDebugPage_OfALongName_FitAPhone()
    {
        var name = $"{new string('x', 150)}.mp4";
        folder.Write(name, new byte[100]);
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);
        await MakeAsync(sluice, name, 200);
        var report = folder.FileOf("report.html");
        var said = await sluice.RunAsync("report", "day", "--html", report);
        Assert.True(said.ExitCode == 0, said.All);
        var page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = 360, Height = 800 } });
        foreach (var address in (string[])[$"file://{report}", $"{sluice.EdgeAddress}{name}?debug=view"])
        {
            await page.GotoAsync(address);
            await page.GetByText(name).Last.WaitForAsync(new() { Timeout = Wait });
            Assert.Equal(360, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }

    private static async Task MakeAsync(SluiceProcess sluice, string path, int requests)
    {
        for (var i = 0; i < requests; i++) await sluice.Edge.GetByteArrayAsync(new Uri(path, UriKind.Relative));
    }

    private static async Task<string> TextAsync(IPage page, string selector) => await page.Locator(selector).First.InnerTextAsync();

    private static async Task<string[]> RowAsync(IPage page, string card, string name) =>
        [.. (await page.Locator($"{card} tbody tr", new() { HasText = name }).Locator("th, td").AllInnerTextsAsync()).Select(text => text.Trim())];

    /// <summary>Opens the page and collects what goes wrong in it, and whatever it asks of another host.</summary>
    private async Task<(IPage Page, List<string> Problems)> OpenAsync(SluiceProcess sluice, string path, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, Locale = "en-US" });
        var problems = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") problems.Add(message.Text); };
        page.PageError += (_, error) => problems.Add(error);
        page.Request += (_, request) => { if (!request.Url.StartsWith(sluice.ApiAddress.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) problems.Add(request.Url); };
        await page.GotoAsync(sluice.ApiAddress + path.TrimStart('/'), new() { WaitUntil = WaitUntilState.Commit });
        await page.WaitForSelectorAsync(".panel", new() { Timeout = Wait });
        await page.WaitForSelectorAsync(".lane .u-over", new() { Timeout = Wait });
        return (page, problems);
    }
}
