using Sluice.Video.Ffmpeg;

namespace Sluice.Configuration;

/// <summary>What making variants may take, over all routes.</summary>
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
}
