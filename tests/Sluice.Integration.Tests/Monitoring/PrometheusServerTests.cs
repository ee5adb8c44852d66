using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Monitoring;

/// <summary>A real Prometheus scrapes a running server; promtool checks the rules that come with it.</summary>
public sealed class PrometheusServerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Prometheus_ScrapingAServer_HasItsNumbers()
    {
        var prometheus = Require.Command("prometheus");
        using var folder = new TemporaryFolder();
        folder.Write("media/a.bin", new byte[1000]);
        await using var sluice = await SluiceProcess.StartAsync(folder.FileOf("media"));
        for (var i = 0; i < 5; i++) await sluice.Edge.GetByteArrayAsync(new Uri("/a.bin", UriKind.Relative), TestContext.Current.CancellationToken);
        var config = folder.Write("prometheus.yml", $"""
            global: {"{"} scrape_interval: 1s {"}"}
            rule_files: [{Rules}]
            scrape_configs: [{"{"} job_name: sluice, static_configs: [{"{"} targets: ['{sluice.ApiAddress.Authority}'] {"}"}] {"}"}]
            """);
        var port = FreePorts.Next();
        using var process = Process.Start(new ProcessStartInfo(prometheus, [$"--config.file={config}", $"--storage.tsdb.path={folder.FileOf("tsdb")}", $"--web.listen-address=127.0.0.1:{port}"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            Assert.True(await Eventually.HoldsAsync(async () => await QueryAsync(client, "sum(sluice_edge_requests_total)") == 5, Soon), "Prometheus has not seen the five requests");
            Assert.Equal(4, await QueryAsync(client, "sluice_edge_requests_total{outcome=\"hit\"}"));
            Assert.Equal(4, await QueryAsync(client, "sluice_edge_tier_requests_total{tier=\"memory\"}"));
            Assert.Equal(1, await QueryAsync(client, "up"));
            var rules = JsonNode.Parse(await client.GetStringAsync("/api/v1/rules", TestContext.Current.CancellationToken))!["data"]!["groups"]![0]!["rules"]!.AsArray();
            Assert.All(rules, rule => Assert.NotEqual("err", (string)rule!["health"]!));
            Assert.True(rules.Count >= 10);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Rules_AreFoundSoundByPromtool()
    {
        var said = await Tool.RunAsync("promtool", ["check", "rules", Rules]);
        Assert.True(said.ExitCode == 0, said.All);
    }

    [Fact]
    public async Task Rules_OfKnownSeries_SayWhatTheyShould()
    {
        var said = await Tool.RunAsync("promtool", ["test", "rules", Path.ChangeExtension(Rules, ".test.yml")]);
        Assert.True(said.ExitCode == 0, said.All);
    }

    private static string Rules => Path.Combine(SluiceProgram.Repository, "eng", "prometheus", "sluice.rules.yml");

    private static async Task<double?> QueryAsync(HttpClient client, string query)
    {
        try
        {
            var answer = JsonNode.Parse(await client.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query)))!["data"]!["result"]!.AsArray();
            return answer.Count == 0 ? null : double.Parse((string)answer[0]!["value"]![1]!, CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
