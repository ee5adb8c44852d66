using System.Collections.Frozen;
using Sluice.Video.Access;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Lifetimes;
using Sluice.Video.Options;
using Sluice.Video.Planning;
using Sluice.Video.Responsive;

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

    /// <summary>What a route makes of its videos.</summary>
    public static VideoPolicy Policy(VideoSection all, RouteVideoSection video) => new()
    {
        DerivativesOnly = video.DerivativesOnly,
        Parameters = video.Parameters.Count == 0 ? null : video.Parameters.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        SigningKeys = [.. video.SigningKeys.Select(key => key.Split(':', 2)).Where(parts => parts.Length == 2).Select(parts => new SigningKey(parts[0], parts[1]))],
        MaximumDimension = video.MaximumDimension,
        SizeStep = video.SizeStep,
        FallBackOnError = video.FallBackOnError,
        Responsive = video.Responsive,
        Modes = video.Modes.Select(name => Enum.Parse<VideoMode>(name, ignoreCase: true)).ToFrozenSet(),
        MaximumDuration = video.MaximumDuration,
        Derivatives = all.Derivatives,
        // One with no width is taken out.
        Breakpoints = [.. all.Breakpoints.Where(b => b.Value > 0).OrderBy(b => b.Value).Select(b => new WidthBreakpoint(b.Value, b.Key))],
        Capabilities = new AgentCapabilities(all.WebmAgents, all.WebmAgentsExcept),
        ShortTagPrefix = all.ShortTags,
        Namespace = all.KvNamespace,
        StoresVariants = all.EnableKvCache,
        Lifetimes = Lifetimes(all),
    };

    /// <summary>How long answers for variants are used unasked.</summary>
    public static VariantLifetimes Lifetimes(VideoSection video) => new()
    {
        Ok = video.KvTtl.Ok,
        Redirects = video.KvTtl.Redirects,
        ClientError = video.KvTtl.ClientError,
        ServerError = video.KvTtl.ServerError,
        AdaptiveMaximum = video.KvTtl.AdaptiveMaximum,
    };
}
