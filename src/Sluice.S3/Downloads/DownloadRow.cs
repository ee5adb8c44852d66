using Sluice.Core.Objects;

namespace Sluice.S3.Downloads;

/// <summary>A file as the index has it. Times are ticks of 100 ns of UTC since 0001-01-01.</summary>
internal sealed record DownloadRow
{
    public required string Key { get; init; }

    /// <summary>The address it was asked for by; empty when it was found in the directory and nothing is known about it yet.</summary>
    public required string Url { get; init; }

    /// <summary>The server it came from, since one address means another object on another server.</summary>
    public required string Place { get; init; }

    /// <summary>Length of the object.</summary>
    public required long Length { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Size { get; init; }

    /// <summary>True when the file holds the object compressed.</summary>
    public bool Packed { get; init; }

    public string? ETag { get; init; }

    public string? Modified { get; init; }

    public byte[]? Sha256 { get; init; }

    /// <summary>CRC-64/NVME of the object; null for a file found in the directory.</summary>
    public ulong? Crc { get; init; }

    /// <summary>Last write time of the file: another one means that somebody has written to it.</summary>
    public required long Stamp { get; init; }

    public required long Created { get; init; }

    public required long Used { get; init; }

    public long Hits { get; init; }

    public long Leased { get; init; }

    /// <summary>What the server is asked about (decision D20).</summary>
    public ObjectVersion Version => new(ETag, Modified, Length);

    /// <summary>False for a file found in the directory: its bytes are to be compared with the object's before it is used.</summary>
    public bool IsKnown => Url.Length > 0;
}
