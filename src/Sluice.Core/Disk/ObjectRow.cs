namespace Sluice.Core.Disk;

/// <summary>One row of the index's objects table.</summary>
internal readonly record struct ObjectRow
{
    /// <summary>Row number, never used again.</summary>
    public required long Id { get; init; }

    /// <summary>Name of the body file.</summary>
    public required BodyName Name { get; init; }

    /// <summary>What an eviction policy recognises it by.</summary>
    public required ulong Identity { get; init; }

    /// <summary>Canonical key text.</summary>
    public required string Key { get; init; }

    /// <summary>In <see cref="ObjectMetadataFormat"/>.</summary>
    public required byte[] Metadata { get; init; }

    /// <summary>Of the whole body; <see cref="DiskObject.UnknownLength"/> while it was still arriving.</summary>
    public required long Length { get; init; }

    /// <summary>Chunk rows it has.</summary>
    public required int Chunks { get; init; }

    /// <summary>Bytes of those chunks.</summary>
    public required long Bytes { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required uint LastUsed { get; init; }
}
