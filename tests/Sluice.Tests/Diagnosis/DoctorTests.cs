using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Sluice.Commands;
using Sluice.Diagnosis;
using Sluice.TestKit.Processes;
using Sluice.Tests.Commands;
using Sluice.Tests.Hosting;

namespace Sluice.Tests.Diagnosis;

public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Doctor_HealthySetUp_ExitsWith0AndLeavesNothingBehind()
    {
        _folder.Write("media/clip.mp4", "x");

        var (code, output, error) = await RunAsync(_folder.FileOf("media"), "--cache-dir", Path.Combine(_folder.Path, "cache/deep"));

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains("✓ configuration: no errors\n", output, StringComparison.Ordinal);
        Assert.Contains($"✓ cache directory: {Path.Combine(_folder.Path, "cache/deep")} can be created", output, StringComparison.Ordinal);
        Assert.Contains($"✓ origin {_folder.FileOf("media")}: answers /clip.mp4 and ranges", output, StringComparison.Ordinal);
        Assert.EndsWith("Ready to serve.\n", output, StringComparison.Ordinal);
        Assert.Equal(["media"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Doctor_ManyFaults_NamesEachAndExitsWith1()
    {
        var file = _folder.Write("file", "in the way");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, output, _) = await CommandLine.RunAsync(["doctor", "/nope", "--cache-dir", file + "/cache", "--memory", "lots", "--edge", $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}", "--api", "127.0.0.1:0", "--json"]);
        var report = JsonNode.Parse(output)!;
        var failures = report["findings"]!.AsArray().Where(f => (string?)f!["level"] == "failure").Select(f => (string)f!["subject"]!).ToList();

        Assert.Equal((ExitCode.Failure, false), (code, (bool)report["ok"]!));
        Assert.Equal(["configuration", "configuration", "cache directory", "origin /nope", "edge address"], failures);
        Assert.All(report["findings"]!.AsArray().Where(f => (string?)f!["level"] != "ok"), f => Assert.NotNull((string?)f!["advice"]));
    }

    [Fact]
    public async Task Doctor_BesideARunningServer_KnowsItsPorts()
    {
        await using var server = await RunningServer.StartAsync();

        var (code, output, _) = await CommandLine.RunAsync(["doctor", server.Server.Edge.Url, "--path", "/clip.mp4", "--cache-dir", _folder.Path, "--edge", server.Server.Edge.ToString(), "--api", server.Server.Api.ToString()]);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains($"✓ edge address: {server.Server.Edge} is served by a running Sluice", output, StringComparison.Ordinal);
        Assert.Contains($"✓ api address: {server.Server.Api} is served by a running Sluice", output, StringComparison.Ordinal);
        Assert.Contains("answers /clip.mp4 and ranges", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_DeadOrigin_SaysWhy()
    {
        var (code, output, _) = await RunAsync($"http://127.0.0.1:{SluiceProcess.FreePort()}", "--cache-dir", _folder.Path);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("✗ origin http://127.0.0.1:", output, StringComparison.Ordinal);
        Assert.EndsWith("One thing would not work.\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 524288L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", long.MaxValue)]
    [InlineData("Max processes             1                    2                    processes ", null)]
    public void OpenFiles_OfTheLimits_IsTheHardOne(string line, long? files) =>
        Assert.Equal(files, LimitCheck.OpenFiles(["Limit                     Soft Limit           Hard Limit           Units     ", line]));

    [Fact]
    public async Task Tool_NotOnPath_IsAWarningThatSaysWhatItIsFor()
    {
        var finding = await ToolCheck.RunAsync("sluice-no-such-tool", TestContext.Current.CancellationToken);

        Assert.Equal((FindingLevel.Warning, "not found on PATH"), (finding.Level, finding.Text));
        Assert.Contains("originals play without it", finding.Advice, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(params string[] args) =>
        CommandLine.RunAsync(["doctor", .. args, "--edge", "127.0.0.1:0", "--api", "127.0.0.1:0"]);
}
