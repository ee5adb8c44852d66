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
                var output = Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellation), process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellation));
                await process.StandardInput.BaseStream.WriteAsync(json, cancellation);
                process.StandardInput.Close();
                await output;
                await process.WaitForExitAsync(cancellation);
            }
            catch
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            if (process.ExitCode != 0) throw new IOException($"it ended with {process.ExitCode}");
        }
        catch (Win32Exception failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}
