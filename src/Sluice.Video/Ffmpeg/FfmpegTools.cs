using System.Text.RegularExpressions;
using Sluice.Core.Processes;

namespace Sluice.Video.Ffmpeg;

/// <summary>The programs that read and make media: ffmpeg and ffprobe, 5.1 or later, on PATH.</summary>
/// <param name="Ffmpeg">Full path of ffmpeg.</param>
/// <param name="Ffprobe">Full path of ffprobe.</param>
/// <param name="Version">The version ffmpeg tells, such as "5.1.6".</param>
public sealed partial record FfmpegTools(string Ffmpeg, string Ffprobe, string Version)
{
    /// <summary>Whether this ffmpeg makes pictures of standard range out of those of high dynamic range. Default true.</summary>
    public bool CanToneMap { get; init; } = true;

    /// <summary>What to do where they are missing.</summary>
    public const string Advice = "install ffmpeg 5.1 or later, with ffprobe, where the PATH of the server finds it (Debian: apt install ffmpeg)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Looks for them in the folders of <paramref name="path"/>.</summary>
    public static async Task<FfmpegSearch> FindAsync(string? path, TimeProvider time)
    {
        if (ToolCommand.Find("ffmpeg", path) is not { } ffmpeg) return new(null, "ffmpeg is not on PATH");
        if (ToolCommand.Find("ffprobe", path) is not { } ffprobe) return new(null, "ffprobe is not on PATH");
        try
        {
            if (await AskAsync("-version") is not { } said || await AskAsync("-filters") is not { } filters) return new(null, $"{ffmpeg} did not tell its version within {Patience.TotalSeconds:0} s", IsLate: true);
            return Read(said) is not { } version ? new(null, $"{ffmpeg} does not tell its version")
                : IsRecent(version) ? new(new FfmpegTools(ffmpeg, ffprobe, version) { CanToneMap = ToneMap.IsAmong(filters) }, "") : new(null, $"{ffmpeg} is version {version}, which is too old");
        }
        catch (IOException failure)
        {
            return new(null, failure.Message);
        }

        // Null where it did not answer in time.
        async Task<string?> AskAsync(string question)
        {
            await using var process = ToolProcess.Start(new ToolCommand(ffmpeg, [question]) { Limits = new() { Time = Patience }, GivesWay = false }, time);
            var said = await new StreamReader(process.Output).ReadToEndAsync();
            return (await process.Exited).End == ToolEnd.TimedOut ? null : said;
        }
    }

    /// <summary>The version in what "ffmpeg -version" prints; builds from the repository ("N-109...") count as recent.</summary>
    internal static string? Read(string said) => Version_().Match(said) is { Success: true } match ? match.Groups[1].Value : null;

    internal static bool IsRecent(string version)
    {
        if (version.StartsWith("N-", StringComparison.Ordinal) || version.StartsWith("git-", StringComparison.Ordinal)) return true;
        var parts = version.TrimStart('n').Split('.', '-', '+');
        return int.TryParse(parts[0], out var major) && (major > 5 || (major == 5 && parts.Length > 1 && int.TryParse(parts[1], out var minor) && minor >= 1));
    }

    [GeneratedRegex(@"^ff(?:mpeg|probe) version (\S+)")]
    private static partial Regex Version_();
}
