using Microsoft.Playwright;

namespace Sluice.Integration.Tests.Dashboard;

/// <summary>One chromium for the tests of a class.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    public const int Wait = 60_000;
    private IPlaywright? playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var chromium = Require.Command("chromium");
        _ = Require.Command("npm");
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>A page of the dashboard with its panels and its chart drawn.</summary>
    public async Task<IPage> OpenAsync(Uri address, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await Browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, Locale = "en-US" });
        await page.GotoAsync(address.ToString(), new() { WaitUntil = WaitUntilState.Commit, Timeout = Wait });
        await page.WaitForSelectorAsync(".panel", new() { Timeout = Wait });
        await page.WaitForSelectorAsync(".lane .u-over", new() { Timeout = Wait });
        return page;
    }
}
