using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog;
using Sluice.Catalog.Uploads;
using Sluice.Catalog.Videos;
using Sluice.Commands;
using Sluice.Configuration;
using Sluice.Core.KeyValue;
using Sluice.Diagnosis;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;
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

    // Root may write whatever others own, so that a folder stands for a file of somebody else here; the system refuses both alike.
    [Fact]
    public async Task Doctor_CacheOfAnotherUser_SaysSo()
    {
        Directory.CreateDirectory(_folder.FileOf("cache/index.db"));

        var (code, output, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains($"✗ cache directory: {_folder.FileOf("cache/index.db")} may not be written by this user", output, StringComparison.Ordinal);
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
    public async Task Doctor_WhereAlertsAndMetricsAreSent_IsTriedWithoutAMessage()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var at = (IPEndPoint)taken.LocalEndpoint;
        _folder.Write("media/clip.mp4", "x");
        var there = await DoctorAsync("sh -c true", null);
        Assert.Contains($"✓ webhook {at}: accepts connections", there, StringComparison.Ordinal);
        Assert.Contains("✓ alert command: sh is there", there, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", there, StringComparison.Ordinal);
        using (var connection = await taken.AcceptSocketAsync(TestContext.Current.CancellationToken))
            Assert.Equal(0, await connection.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));

        taken.Stop();
        var away = await DoctorAsync("/nope/tell", $"http://{at}");
        Assert.Contains($"✗ webhook {at}: ", away, StringComparison.Ordinal);
        Assert.Contains("✗ alert command: there is no program /nope/tell", away, StringComparison.Ordinal);
        Assert.Contains($"✗ collector http://{at}/: ", away, StringComparison.Ordinal);
        // As where chmod +x was forgotten.
        var script = _folder.Write("tell.sh", "#!/bin/sh\n");
        Assert.Contains($"✗ alert command: there is no program {script}, or none that may be run", await DoctorAsync(script, null), StringComparison.Ordinal);

        async Task<string> DoctorAsync(string command, string? otlp)
        {
            var monitoring = new JsonObject { ["otlp"] = otlp ?? "none", ["alerts"] = new JsonObject { ["webhook"] = $"http://{at}/secret", ["command"] = command } };
            var file = _folder.Write("sluice.json", new JsonObject { ["monitoring"] = monitoring }.ToJsonString());
            return (await RunAsync(_folder.FileOf("media"), "--config", file, "--cache-dir", Path.Combine(_folder.Path, "cache"))).Out;
        }
    }

    [Fact]
    public async Task Doctor_FolderWithEmptyFilesAndDeadLinks_TriesAnotherFile()
    {
        _folder.Write("media/empty", "");
        File.CreateSymbolicLink(_folder.FileOf("media/dead"), "/nope");
        Assert.Contains("can be read, and holds no file", await DoctorAsync(), StringComparison.Ordinal);

        _folder.Write("media/clip.mp4", "x");
        Assert.Contains("answers /clip.mp4 and ranges", await DoctorAsync(), StringComparison.Ordinal);

        async Task<string> DoctorAsync() => (await RunAsync(_folder.FileOf("media"), "--cache-dir", Path.Combine(_folder.Path, "cache"))).Out;
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Doctor_BesideARunningServerWithTls_KnowsItsPorts(bool beside)
    {
        var (certificate, key) = TestCertificate.Write(_folder, TimeSpan.FromDays(30));
        ListenAddress? own = beside ? new ListenAddress(IPAddress.Loopback, FreePorts.Next()) : null;
        await using var server = await RunningServer.StartAsync((o, _) => (o.Edge.Tls.Certificate, o.Edge.Tls.Key, o.Edge.Tls.Listen) = (certificate, key, own));

        var (code, output, _) = await CommandLine.RunAsync(
            ["doctor", server.Folder, "--cache-dir", _folder.Path, "--edge", server.Server.Edge.ToString(), "--api", server.Server.Api.ToString(),
                "--tls-cert", certificate, "--tls-key", key, .. beside ? (string[])["--tls-listen", own.ToString()!] : []]);

        Assert.True(code == ExitCode.Ok, output);
        Assert.Contains($"✓ edge address: {server.Server.Edge} is served by a running Sluice", output, StringComparison.Ordinal);
        Assert.Equal(beside, output.Contains($"✓ edge TLS address: {own} is served by a running Sluice", StringComparison.Ordinal));
        Assert.Contains($"✓ certificate: {certificate} is for edge.test", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_TakenTlsPort_NamesItsFlag()
    {
        var (certificate, key) = TestCertificate.Write(_folder, TimeSpan.FromDays(30));
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (code, output, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--tls-cert", certificate, "--tls-key", key, "--tls-listen", taken.LocalEndpoint.ToString()!);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains($"✗ edge TLS address: {taken.LocalEndpoint} is in use by another program\n    stop it, or choose another port with --tls-listen", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "! certificate", "it expires soon")]
    [InlineData(-1, "✗ certificate", "it has expired")]
    public async Task Doctor_CertificateNearItsEnd_SaysSo(int days, string mark, string text)
    {
        var (certificate, key) = TestCertificate.Write(_folder, TimeSpan.FromDays(days));

        var (_, output, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--tls-cert", certificate, "--tls-key", key);

        Assert.Contains(mark, output, StringComparison.Ordinal);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_BesideARunningServer_TellsItsCircuits()
    {
        await using var server = await RunningServer.StartAsync((o, _) =>
        {
            o.Routes[0].Circuit.Failures = 1;
            o.Routes[0].Origins[0] = new OriginSection { Url = $"http://127.0.0.1:{FreePorts.Next()}" };
        });
        string[] arguments = ["doctor", server.Folder, "--cache-dir", _folder.Path, "--edge", server.Server.Edge.ToString(), "--api", server.Server.Api.ToString()];

        var (_, before, _) = await CommandLine.RunAsync(arguments);
        Assert.Equal(HttpStatusCode.BadGateway, (await server.Edge.GetAsync("/a")).StatusCode);
        var (code, after, _) = await CommandLine.RunAsync(arguments);

        Assert.Contains("✓ circuit all, http://127.0.0.1:", before, StringComparison.Ordinal);
        Assert.Contains("! circuit all, http://127.0.0.1:", after, StringComparison.Ordinal);
        Assert.Contains(": open: it failed too often", after, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, code);
    }

    [Fact]
    public async Task Doctor_DeadOrigin_SaysWhy()
    {
        var (code, output, _) = await RunAsync($"http://127.0.0.1:{FreePorts.Next()}", "--cache-dir", _folder.Path);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("✗ origin http://127.0.0.1:", output, StringComparison.Ordinal);
        Assert.EndsWith("One thing would not work.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Catalog_IsLookedAtWhereOneIsConfigured()
    {
        var file = _folder.Write("file", "in the way");
        var config = _folder.Write("sluice.json", $$"""{ "catalog": { "database": "postgres://sluice:hunter2@127.0.0.1:{{FreePorts.Next()}}/sluice", "store": { "s3": { "bucket": "videos", "endpoint": "http://127.0.0.1:{{FreePorts.Next()}}" } } } }""");

        var (_, none, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"));
        var (_, inFolder, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--catalog", _folder.FileOf("catalog"));
        var (_, inFile, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--catalog", file);
        var (code, dead, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--config", config);

        Assert.DoesNotContain("catalog", none, StringComparison.Ordinal);
        Assert.Contains($"✓ catalog folder: {_folder.FileOf("catalog")} can be created", inFolder, StringComparison.Ordinal);
        Assert.Contains($"✗ catalog folder: {file} cannot be used: {file} is a file", inFile, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("✗ catalog database: cannot be used: Connection refused\n", dead, StringComparison.Ordinal);
        Assert.Contains("✗ catalog bucket s3://videos: ", dead, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", dead, StringComparison.Ordinal);
    }

    // It said that all is ready, where uploads were refused and the reason was in the server's log alone.
    [Fact]
    public async Task Doctor_CatalogWhoseFilesAreNotThere_SaysSo()
    {
        var time = new ManualTimeProvider();
        await using var values = new InProcessKeyValueStores(time);
        var parts = new CatalogParts { Options = new CatalogOptions { Directory = _folder.FileOf("catalog"), Workers = 0 }, Objects = new FolderStore(_folder.FileOf("catalog/media")), Values = values, Logging = NullLoggerFactory.Instance, Time = time };
        await using (var catalog = await VideoCatalog.OpenAsync(parts, TestContext.Current.CancellationToken))
        {
            var video = await catalog.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), TestContext.Current.CancellationToken);
            await catalog.Videos.ProcessAsync(video.Id, TestContext.Current.CancellationToken);
        }
        Directory.CreateDirectory(_folder.FileOf("catalog/media"));

        var (code, empty, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--catalog", _folder.FileOf("catalog"));
        Directory.CreateDirectory(_folder.FileOf("catalog/media/.incoming"));
        var (_, known, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--catalog", _folder.FileOf("catalog"));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains($"✗ catalog files: {_folder.FileOf("catalog/media")} is empty or not there, though there are videos", empty, StringComparison.Ordinal);
        Assert.Contains($"✓ catalog files: {_folder.FileOf("catalog/media")} is writable", known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_CatalogIsDamaged_SaysSo()
    {
        _folder.Write("catalog/catalog.db", new string('x', 8192));

        var (code, output, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--catalog", _folder.FileOf("catalog"));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Matches("✗ catalog folder: cannot be used: .*It is damaged: put a backup of it in its place", output);
    }

    [Theory]
    [InlineData("access.log", "✓ access log: ", " can be written")]
    [InlineData("none/access.log", "✗ access log: ", " cannot be written: there is no folder ")]
    [InlineData("", "✗ access log: ", " cannot be written: it may not be written")]
    public async Task Doctor_AccessLog_IsTriedAndNotMade(string name, string mark, string text)
    {
        var file = Path.Combine(_folder.Path, name);

        var (code, output, _) = await RunAsync(_folder.Path, "--cache-dir", _folder.FileOf("cache"), "--access-log", file);

        Assert.Equal(mark[0] == '✓', code == ExitCode.Ok);
        Assert.Contains(mark + file + text, output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
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
