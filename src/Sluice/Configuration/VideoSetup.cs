using System.Collections.Frozen;
using Sluice.Video.Access;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Planning;

namespace Sluice.Configuration;

/// <summary>Makes what the video project takes of the settings.</summary>
internal static class VideoSetup
{
    public static FfmpegLimits Limits(VideoSection video) => new()
    {
        Running = video.Running,
        Waiting = video.Waiting,
        Patience = video.Patience,
        Time = video.Time,
        MemoryBytes = video.Memory,
        Threads = video.Threads,
        OutputBytes = video.Output,
        SourceBytes = video.Source,
        SourcePixels = video.SourcePixels,
    };

    public static VideoPolicy Policy(RouteVideoSection video) => new()
    {
        DerivativesOnly = video.DerivativesOnly,
        Parameters = video.Parameters.Count == 0 ? null : video.Parameters.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        SigningKeys = [.. video.SigningKeys.Select(key => key.Split(':', 2)).Where(parts => parts.Length == 2).Select(parts => new SigningKey(parts[0], parts[1]))],
        MaximumDimension = video.MaximumDimension,
        SizeStep = video.SizeStep,
        FallBackOnError = video.FallBackOnError,
    };
}
