namespace Sluice.Video.Ffmpeg;

/// <summary>One run of ffmpeg.</summary>
/// <param name="Arguments">What it is told.</param>
internal sealed record FfmpegCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>What it reads from its standard input. Default nothing.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>What it is told where it says that its source has other traits than were thought, which nobody knew; null where they are known.</summary>
    public Func<SourceTraits, IReadOnlyList<string>>? Again { get; init; }

    /// <summary>True for one of several runs that make a variant together: only the last is counted as made. Default false.</summary>
    public bool IsPart { get; init; }

    /// <summary>What the runs before it left of the time that making a variant may take. Default all of it.</summary>
    public TimeSpan? Time { get; init; }
}
