using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Sluice.Core.Processes;

namespace Sluice.Diagnosis;

/// <summary>ffmpeg and ffprobe.</summary>
internal static partial class ToolCheck
{
    private const string Advice = "originals play without it; for transforms install ffmpeg 5.1 or later (Debian: apt install ffmpeg)";

    /// <summary>Asks a tool on PATH for its version.</summary>
    public static async Task<Finding> RunAsync(string tool, CancellationToken cancellation)
    {
        try
        {
            var version = Version().Match(await AskAsync(tool, "-version", cancellation));
            if (!version.Success)
                return Finding.Warn(tool, "is there, and does not tell its version", Advice);
            var (major, minor) = (int.Parse(version.Groups[2].ValueSpan), int.Parse(version.Groups[3].ValueSpan));
            if ((major, minor).CompareTo((5, 1)) < 0) return Finding.Warn(tool, $"{version.Groups[1].Value} is too old", Advice);
            return tool == "ffmpeg" && !ToneMap.IsAmong(await AskAsync(tool, "-filters", cancellation))
                ? Finding.Warn(tool, $"{version.Groups[1].Value} is without zscale: what is made of HDR videos looks pale", "install one that was built with zimg (--enable-libzimg), as Debian's is")
                : Finding.Ok(tool, version.Groups[1].Value);
        }
        catch (Win32Exception)
        {
            return Finding.Warn(tool, "not found on PATH", Advice);
        }
    }

    private static async Task<string> AskAsync(string tool, string question, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, [question]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // Both at once: one that is not read is full some time, and the tool waits.
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await complained;
        await process.WaitForExitAsync(cancellation);
        return await said;
    }

    [GeneratedRegex(@"version n?((\d{1,4})\.(\d{1,4})\S*)")]
    private static partial Regex Version();
}
