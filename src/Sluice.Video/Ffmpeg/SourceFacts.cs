using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Sluice.Core.Processes;

namespace Sluice.Video.Ffmpeg;

/// <summary>What is known of sources: how long they are (row U010). Asked of ffprobe where it has to be known beforehand, learned by the way everywhere else.</summary>
internal sealed class SourceFacts(FfmpegLimits limits, TimeProvider time)
{
    private const int Remembered = 10_000;
    private readonly ConcurrentDictionary<string, TimeSpan> lengths = new(StringComparer.Ordinal);

    /// <summary>The length of a version of a source; null when it is not known.</summary>
    public TimeSpan? LengthOf(string version) => lengths.TryGetValue(version, out var length) ? length : null;

    /// <summary>Remembers it.</summary>
    public void Learn(string version, TimeSpan length)
    {
        if (length <= TimeSpan.Zero) return;
        if (lengths.Count >= Remembered) lengths.Clear();
        lengths[version] = length;
    }

    /// <summary>Asks ffprobe; null with what it said when the source has no length.</summary>
    public async Task<(TimeSpan? Length, string Said, bool IsLate)> ProbeAsync(FfmpegTools tools, string version, string url, CancellationToken cancellation)
    {
        if (LengthOf(version) is { } known) return (known, "", false);
        var progress = new FfmpegProgress();
        var command = new ToolCommand(tools.Ffprobe,
        [
            "-hide_banner", "-loglevel", "level+error", "-protocol_whitelist", FfmpegArguments.Protocols, "-format_whitelist", FfmpegArguments.Containers,
            "-max_pixels", limits.SourcePixels.ToString(CultureInfo.InvariantCulture),
            "-show_entries", "format=duration", "-of", "json", "-i", url,
        ])
        {
            Limits = new ToolLimits { Time = limits.Time, MemoryBytes = limits.MemoryBytes, FileBytes = 0 },
            Listen = progress.Hear,
        };
        await using var process = ToolProcess.Start(command, time);
        await using var killed = cancellation.Register(process.Kill);
        var said = await new StreamReader(process.Output).ReadToEndAsync(cancellation);
        var exit = await process.Exited.WaitAsync(cancellation);
        if (!exit.IsSuccess || Read(said) is not { } length) return (null, progress.Fault, exit.End == ToolEnd.TimedOut);
        Learn(version, length);
        return (length, "", false);
    }

    private static TimeSpan? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("format", out var format) && format.TryGetProperty("duration", out var duration)
                && double.TryParse(duration.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1e7 ? TimeSpan.FromSeconds(seconds) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
