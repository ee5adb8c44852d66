using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.TestKit.Conformance;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Conformance;

/// <summary>The public HTTP cache tests (npm package http-cache-tests), installed below artifacts/: their origin, and their client.</summary>
internal sealed partial class ConformanceSuite : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly string Source = Path.GetDirectoryName(ConformanceVerdicts.File)!;
    private static readonly string Folder = Path.Combine(SluiceProgram.Repository, "artifacts", "conformance");
    private readonly TemporaryFolder scratch;
    private readonly Process origin;

    private ConformanceSuite(TemporaryFolder scratch, Process origin, string address) => (this.scratch, this.origin, Origin) = (scratch, origin, address);

    /// <summary>URL of the suite's origin.</summary>
    public string Origin { get; }

    /// <summary>Installs the suite where it is not, and starts its origin.</summary>
    public static async Task<ConformanceSuite> StartAsync()
    {
        var node = Require.Command("node");
        await InstallAsync(Require.Command("npm"));
        var scratch = new TemporaryFolder();
        var origin = Start(node, Path.Combine(Folder, "node_modules", "http-cache-tests"), "server/server.mjs");
        origin.StartInfo.Environment["npm_config_protocol"] = "http";
        origin.StartInfo.Environment["npm_config_port"] = "0";
        origin.StartInfo.Environment["npm_config_pidfile"] = Path.Combine(scratch.Path, "pid");
        var port = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        // What else it says is not wanted, but must be taken, or it would wait.
        origin.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not { } text) port.TrySetException(new InvalidOperationException("the suite's origin ended"));
            else if (Listening().Match(text) is { Success: true } match) port.TrySetResult(match.Groups[1].Value);
        };
        origin.Start();
        origin.BeginErrorReadLine();
        origin.BeginOutputReadLine();
        return new ConformanceSuite(scratch, origin, $"http://127.0.0.1:{await port.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System)}");
    }

    /// <summary>Runs the tests of those names, or all, through a proxy.</summary>
    public static async Task<IReadOnlyList<ConformanceVerdict>> RunAsync(Uri proxy, params IEnumerable<string> only)
    {
        var (code, output) = await RunAsync(Start(Require.Command("node"), Folder, ["--no-warnings", "run.mjs", proxy.ToString().TrimEnd('/'), .. only]), TimeSpan.FromMinutes(5));
        return code == 0 ? JsonSerializer.Deserialize<List<ConformanceVerdict>>(output, Json)! : throw new InvalidOperationException("the suite's client failed");
    }

    public async ValueTask DisposeAsync()
    {
        origin.Kill();
        await origin.WaitForExitAsync();
        origin.Dispose();
        scratch.Dispose();
    }

    private static async Task InstallAsync(string npm)
    {
        Directory.CreateDirectory(Folder);
        File.Copy(Path.Combine(Source, "run.mjs"), Path.Combine(Folder, "run.mjs"), overwrite: true);
        File.Copy(Path.Combine(Source, "package.json"), Path.Combine(Folder, "package.json"), overwrite: true);
        var locked = await File.ReadAllTextAsync(Path.Combine(Source, "package-lock.json"));
        var installed = Path.Combine(Folder, "package-lock.json");
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == locked) return;
        Directory.CreateDirectory(Path.Combine(Folder, "next"));
        foreach (var name in (string[])["package.json", "package-lock.json"]) File.Copy(Path.Combine(Source, name), Path.Combine(Folder, "next", name), overwrite: true);
        var (code, output) = await RunAsync(Start(npm, Path.Combine(Folder, "next"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"), TimeSpan.FromMinutes(3));
        if (code != 0) Require.Missing($"npm ci failed: {output}");
        if (Directory.Exists(Path.Combine(Folder, "node_modules"))) Directory.Delete(Path.Combine(Folder, "node_modules"), recursive: true);
        Directory.Move(Path.Combine(Folder, "next", "node_modules"), Path.Combine(Folder, "node_modules"));
        // Last: what is there is whole.
        File.Copy(Path.Combine(Source, "package-lock.json"), installed, overwrite: true);
    }

    private static Process Start(string program, string folder, params IEnumerable<string> arguments) => new()
    {
        StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true },
    };

    private static async Task<(int Code, string Output)> RunAsync(Process process, TimeSpan limit)
    {
        using var owned = process;
        process.Start();
        using var patience = new CancellationTokenSource(limit, TimeProvider.System);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, process.ExitCode == 0 ? output : await errors + output);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.FileName} did not end within {limit}");
        }
    }

    [GeneratedRegex(@"Listening on http://\S+:(\d+)/")]
    private static partial Regex Listening();
}
