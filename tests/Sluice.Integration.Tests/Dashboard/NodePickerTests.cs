using Microsoft.Playwright;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Dashboard;

/// <summary>The dashboard of one of two servers shows itself, the other, or both.</summary>
public sealed class NodePickerTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly LocatorAssertionsToHaveTextOptions Patient = new() { Timeout = BrowserFixture.Wait };

    [Fact]
    public async Task Picker_OfTwoServers_ShowsOneOrAll()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.bin", new byte[10_000]);
        await using var redis = await RedisServer.StartAsync();
        await using var left = await StartAsync("left", folder, redis);
        await using var right = await StartAsync("right", folder, redis);
        await AskAsync(left, "/a.bin?left", 4); // 3 hits
        await AskAsync(right, "/a.bin?right", 16); // 15 hits
        var page = await browser.OpenAsync(left.ApiAddress);

        var hits = page.Locator("#outcomes tbody tr", new() { HasText = "hit" }).Locator("td").First;
        await Assertions.Expect(page.Locator("#nodes option")).ToHaveTextAsync(["all 2 servers", "left (this one)", "right"], new() { Timeout = BrowserFixture.Wait });
        await Assertions.Expect(hits).ToHaveTextAsync("3", Patient);
        await page.Locator("#nodes").SelectOptionAsync(new SelectOptionValue { Label = "right" });
        await Assertions.Expect(hits).ToHaveTextAsync("15", Patient);
        await page.Locator("#nodes").SelectOptionAsync("all");
        await Assertions.Expect(hits).ToHaveTextAsync("18", Patient);
        await Assertions.Expect(page.Locator("[data-measure='Hit Rate'] .value")).ToHaveTextAsync("90.0%", Patient);
        Assert.Contains("node=all", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Assertions.Expect(hits).ToHaveTextAsync("18", Patient);

        // On a phone beside what says whether the numbers are live, and not below it.
        await page.SetViewportSizeAsync(390, 900);
        var (picker, live) = ((await page.Locator("#nodes").BoundingBoxAsync())!, (await page.Locator("#live").BoundingBoxAsync())!);
        Assert.True(picker.X + picker.Width <= live.X && picker.Width > 80, $"{picker.X} + {picker.Width}, {live.X}");
    }

    private static Task<SluiceProcess> StartAsync(string name, TemporaryFolder folder, RedisServer redis) => SluiceProcess.StartAsync(new SluiceProcessOptions
    {
        Origin = folder.Path, Arguments = ["--redis", redis.Address], Environment = new Dictionary<string, string> { ["SLUICE__Monitoring__Node"] = name },
    });

    private static async Task AskAsync(SluiceProcess sluice, string path, int requests)
    {
        for (var i = 0; i < requests; i++) await sluice.Edge.GetByteArrayAsync(new Uri(path, UriKind.Relative));
    }
}
