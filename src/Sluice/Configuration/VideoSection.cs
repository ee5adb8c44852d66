using Sluice.Video.Derivatives;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Responsive;

namespace Sluice.Configuration;

/// <summary>Variants of videos, over all routes: what they are called, how long they are kept, and what making them may take.</summary>
internal sealed class VideoSection
{
    private static readonly FfmpegLimits Defaults = new();

    public int Running { get; set; } = Defaults.Running;

    public int Waiting { get; set; } = Defaults.Waiting;

    public TimeSpan Patience { get; set; } = Defaults.Patience;

    public TimeSpan Time { get; set; } = Defaults.Time;

    public long Memory { get; set; } = Defaults.MemoryBytes;

    public int Threads { get; set; } = Defaults.Threads;

    public long Output { get; set; } = Defaults.OutputBytes;

    public long Source { get; set; } = Defaults.SourceBytes;

    public int SourcePixels { get; set; } = Defaults.SourcePixels;

    public Dictionary<string, Derivative> Derivatives { get; } = new(DefaultDerivatives.All, StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, int> Breakpoints { get; } = WidthBreakpoint.Defaults.ToDictionary(b => b.Derivative, b => b.MaximumWidth, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> WebmAgents { get; set; } = AgentCapabilities.DefaultAgents;

    public IReadOnlyList<string> WebmAgentsExcept { get; set; } = AgentCapabilities.DefaultExceptions;

    public string? ShortTags { get; set; }

    public bool EnableKvCache { get; set; } = true;

    public string KvNamespace { get; set; } = "VIDEO_TRANSFORMATIONS_CACHE";

    public long KvMaximum { get; set; }

    public KvTtlSection KvTtl { get; } = new();
}
