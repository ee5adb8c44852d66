using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

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
            using var process = Process.Start(new ProcessStartInfo(tool, ["-version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            var version = Version().Match(output);
            if (!version.Success)
                return Finding.Warn(tool, "is there, and does not tell its version", Advice);
            var (major, minor) = (int.Parse(version.Groups[2].ValueSpan), int.Parse(version.Groups[3].ValueSpan));
            return (major, minor).CompareTo((5, 1)) < 0
                ? Finding.Warn(tool, $"{version.Groups[1].Value} is too old", Advice)
                : Finding.Ok(tool, version.Groups[1].Value);
        }
        catch (Win32Exception)
        {
            return Finding.Warn(tool, "not found on PATH", Advice);
        }
    }

    [GeneratedRegex(@"version n?((\d{1,4})\.(\d{1,4})\S*)")]
    private static partial Regex Version();
}
