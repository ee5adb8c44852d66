using System.Diagnostics;
using System.Text;

namespace Sluice.TestKit.Processes;

/// <summary>The built program, transcoding: <c>sluice worker</c> as a process of its own.</summary>
public sealed class SluiceWorker : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder log = new();

    private SluiceWorker(Process process) => this.process = process;

    /// <summary>What it printed on both streams.</summary>
    public string Log
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>Starts one and waits until it takes jobs.</summary>
    public static async Task<SluiceWorker> StartAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var worker = new SluiceWorker(SluiceProgram.Start(["worker", .. arguments], environment));
        worker.process.OutputDataReceived += (_, line) => worker.Keep(line.Data);
        worker.process.ErrorDataReceived += (_, line) => worker.Keep(line.Data);
        worker.process.Start();
        worker.process.StandardInput.Close();
        worker.process.BeginOutputReadLine();
        worker.process.BeginErrorReadLine();
        if (await Eventually.HoldsAsync(() => worker.HasExited || worker.Log.Contains("transcodes", StringComparison.Ordinal), TimeSpan.FromSeconds(60)) && !worker.HasExited) return worker;
        await worker.DisposeAsync();
        throw new InvalidOperationException($"sluice worker did not begin:\n{worker.Log}");
    }

    /// <summary>SIGKILL, and nothing but to itself: what it started must notice.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task StopAsync()
    {
        Signals.SendTerminate(process);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40), TimeProvider.System);
        await process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (log) log.AppendLine(line);
    }
}
