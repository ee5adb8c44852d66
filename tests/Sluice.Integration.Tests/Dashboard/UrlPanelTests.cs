using Microsoft.Playwright;
using Sluice.Integration.Tests.S3;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Dashboard;

/// <summary>DSH-02 to DSH-06 for presigned URLs, with a real bucket: the panels' numbers are those of the URLs that were asked for.</summary>
public sealed class UrlPanelTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly LocatorAssertionsToHaveTextOptions Patient = new() { Timeout = BrowserFixture.Wait };

    [Fact]
    public async Task Panels_AfterKnownUrls_ShowTheirNumbers()
    {
        var bed = await S3Bed.GetAsync();
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = $"s3://{bed.Bucket}",
            Arguments = ["--endpoint", bed.Server.Endpoint.ToString(), "--region", bed.Server.Region],
            Environment = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = bed.Server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = bed.Server.SecretKey, ["AWS_EC2_METADATA_DISABLED"] = "true" },
        });
        // Two URLs signed, each handed out ten times: 2 misses, 18 hits.
        foreach (var path in (string[])["plain.txt", "deep/er/file.ts"])
            for (var i = 0; i < 10; i++) await sluice.Api.GetStringAsync(new Uri("/v1/presign/" + path, UriKind.Relative), TestContext.Current.CancellationToken);

        var page = await browser.OpenAsync(sluice.ApiAddress);
        await page.Locator("#scopes button[data-value=urls]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-measure='Hit Rate'] .value")).ToHaveTextAsync("90.0%", Patient);
        Assert.Equal(18, await page.Locator("[data-measure='Hit Rate'] .bar i.on").CountAsync());
        await Assertions.Expect(page.Locator("[data-measure='URL Generation'] .value").First).ToHaveTextAsync("0.00%", Patient);
        await Assertions.Expect(page.Locator("[data-measure='KV Operations'] .value")).ToHaveTextAsync("0.00%", Patient);
        // Of the last minute, which may be over on a slow machine; the number itself has a test by the clock (MeasureScopesTests).
        Assert.Matches(@"^\d+/min$", await page.Locator("[data-measure='AWS Calls'] .value").InnerTextAsync());
        await Assertions.Expect(page.Locator("[data-measure='Active Keys'] .value")).ToHaveTextAsync("2", Patient);
        await Assertions.Expect(page.Locator("[data-measure='KV Rate Limit'] .value")).ToHaveTextAsync("0 hits", Patient);
        Assert.Matches(@"^\d+(\.\d)?(B|KB)$", await page.Locator("[data-measure='KV Storage'] .value").InnerTextAsync());
        Assert.EndsWith("ms", await page.Locator("[data-measure='End-to-End'] .value").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("Storage", await page.Locator(".lane-title").Last.InnerTextAsync());
    }
}
