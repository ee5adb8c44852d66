using Microsoft.Playwright;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>The page at /preview, as a person with a keyboard uses it.</summary>
public sealed class PreviewPageTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Fact]
    public async Task Preview_OfAFrame_ShowsItBesideTheOriginal_WithoutAMouse()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, line) => { if (line.Type is "error" or "warning") complaints.Add(line.Text); };
        await page.GotoAsync($"{video.Sluice.ApiAddress}preview");

        // As a person writes a name, and as a URL has it.
        await page.Locator("[name=source]").FillAsync("/my film ü.mp4");
        Assert.Equal($"{video.Sluice.EdgeAddress}my%20film%20%C3%BC.mp4", await page.Locator("#url").TextContentAsync());
        await page.Locator("[name=source]").FillAsync("/colours.mp4");
        await page.Locator("[name=mode]").SelectOptionAsync("frame");
        await page.Locator("[name=width]").FillAsync("160");
        await page.Locator("[name=time]").FillAsync("2.5s");
        Assert.Equal($"{video.Sluice.EdgeAddress}colours.mp4?mode=frame&width=160&time=2.5s", await page.Locator("#url").TextContentAsync());
        await page.Keyboard.PressAsync("Enter");

        await page.GetByText("Done.").WaitForAsync(new() { Timeout = 60_000 });
        await page.GetByText("160 × 90").WaitForAsync();
        await page.GetByText("320 × 180").WaitForAsync();
        Assert.Contains("miss", await page.Locator("#variant-facts").TextContentAsync(), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#variant-facts").GetByText("hit").WaitForAsync();
        Assert.Empty(complaints);

        // The choice is in the address: the page can be passed on.
        await page.ReloadAsync();
        // Once the server has said which derivatives there are.
        await Assertions.Expect(page.Locator("[name=width]")).ToHaveValueAsync("160");
    }

    [Fact]
    public async Task Preview_OfWhatIsRefused_SaysWhy()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{video.Sluice.ApiAddress}preview#source=/colours.mp4&mode=spritesheet");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.GetByText("Refused: 400").WaitForAsync(new() { Timeout = 60_000 });
        await page.GetByText("mode=spritesheet needs width and height.").WaitForAsync();
    }

    [Fact]
    public async Task Preview_OfARouteOfSignedUrls_SignsThem()
    {
        var config = video.Folder.Write("signed-preview.json", $$"""{ "routes": [{ "origins": ["{{video.Folder.Path}}"], "video": { "signingKeys": ["k1:0123456789abcdef"] } }] }""");
        await using var server = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        // Nothing is named to try that would be refused.
        Assert.True(await server.SaysAsync("Try: curl -sI"), server.Log);
        Assert.DoesNotContain("mode=frame", server.Log, StringComparison.Ordinal);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{server.ApiAddress}preview#source=/colours.mp4&mode=frame&width=160");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.GetByText("Done.").WaitForAsync(new() { Timeout = 60_000 });
        await page.GetByText("160 × 90").WaitForAsync(new() { Timeout = 60_000 });
        await page.GetByText("signed with the key k1").WaitForAsync();
        // What it shows is what works.
        var url = (await page.Locator("#url").TextContentAsync())!;
        Assert.Contains("&keyid=k1&", url, StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.True((await http.GetAsync(new Uri(url), TestContext.Current.CancellationToken)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Preview_OfAMode_OffersWhatHasAMeaningInIt()
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{video.Sluice.ApiAddress}preview#source=/colours.mp4&width=320");
        // The script has read the address.
        await page.GetByText("/colours.mp4?width=320").WaitForAsync(new() { Timeout = 60_000 });
        await page.Locator("[name=speed]").FillAsync("2");
        await page.Locator("[name=mode]").SelectOptionAsync("audio");
        Assert.False(await page.Locator("[name=width]").IsVisibleAsync());
        Assert.False(await page.Locator("[name=speed]").IsVisibleAsync());
        // What is not offered is not asked for either.
        Assert.EndsWith("/colours.mp4?mode=audio", await page.Locator("#url").TextContentAsync(), StringComparison.Ordinal);
        await page.Locator("[name=mode]").SelectOptionAsync("");
        Assert.EndsWith("/colours.mp4?width=320&speed=2", await page.Locator("#url").TextContentAsync(), StringComparison.Ordinal);
    }

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Require.Command("chromium"),
        Headless = true,
        Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
}
