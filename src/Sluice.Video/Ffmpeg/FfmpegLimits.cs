namespace Sluice.Video.Ffmpeg;

/// <summary>What making one variant may take, and how many are made at once.</summary>
public sealed record FfmpegLimits
{
    /// <summary>Variants made at once. Default half the processors, at least one.</summary>
    public int Running { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Variants that wait for their turn; one more is answered 503 (row U056 has 100). Default 100.</summary>
    public int Waiting { get; init; } = 100;

    /// <summary>How long one may wait for its turn before it is answered 503. Default 30 seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long making one may take. Default 10 minutes.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Memory of one ffmpeg in bytes. Default 2 GiB.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>Threads of one ffmpeg for each of decoding, filtering and encoding. Default 2, or 1 where there is one processor.</summary>
    public int Threads { get; init; } = Math.Min(2, Environment.ProcessorCount);

    /// <summary>Bytes of a variant. Default 2 GiB.</summary>
    public long OutputBytes { get; init; } = 2L << 30;

    /// <summary>Bytes of a source; 0 for any: a picture out of a large file costs little. Default 0 (row U025 has 256 MiB).</summary>
    public long SourceBytes { get; init; }

    /// <summary>Pixels of a source's picture. Default 33,177,600 (8K).</summary>
    public int SourcePixels { get; init; } = 7680 * 4320;
}
