using System.ComponentModel;
using System.Diagnostics;

namespace Sluice.Monitoring.Alerts;

/// <summary>Starts a program with the message on its standard input. No shell: what a message says can run nothing.</summary>
internal sealed class CommandSink(string command) : IAlertSink
{
    private readonly string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public string Name => $"command {words[0]}";

    public async Task SendAsync(byte[] json, AlertMessage message, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("STATUS", message.Status), ("RULE", message.Rule), ("SEVERITY", message.Severity)]) start.Environment["SLUICE_ALERT_" + name] = value;
        try
        {
            using var process = Process.Start(start) ?? throw new IOException("it did not start");
            try
            {
                // What it leaves running in the background may hold its output for as long as it likes: that it ended is what counts.
                _ = DrainAsync(process.StandardOutput.BaseStream);
                _ = DrainAsync(process.StandardError.BaseStream);
                await FeedAsync(process.StandardInput.BaseStream, json, cancellation);
                await process.WaitForExitAsync(cancellation);
            }
            catch
            {
                End(process);
                throw;
            }

            if (process.ExitCode != 0) throw new IOException($"it ended with {process.ExitCode}");
        }
        catch (Win32Exception failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    private static async Task FeedAsync(Stream input, byte[] json, CancellationToken cancellation)
    {
        try
        {
            await using (input) await input.WriteAsync(json, cancellation);
        }
        catch (IOException)
        {
            // It reads no input, or had enough of it: its exit code says whether it took the message.
        }
    }

    private static async Task DrainAsync(Stream output)
    {
        try
        {
            await using (output) await output.CopyToAsync(Stream.Null);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // Nobody looks at it.
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is AggregateException or Win32Exception or InvalidOperationException)
        {
            // It is another user's by now, as with sudo, and stays: further messages must be told all the same.
        }
    }
}
