namespace Sluice.Core.Disk;

/// <summary>One row of the index's objects table.</summary>
/// <param name="Id">Row number, never used again.</param>
/// <param name="Name">Name of the body file.</param>
/// <param name="Identity">What an eviction policy recognises it by.</param>
/// <param name="Key">Canonical key text.</param>
/// <param name="Metadata">In <see cref="ObjectMetadataFormat"/>.</param>
/// <param name="Length">Of the whole body; <see cref="DiskObject.UnknownLength"/> while it was still arriving.</param>
/// <param name="Chunks">Chunk rows it has.</param>
/// <param name="Bytes">Bytes of those chunks.</param>
/// <param name="LastUsed">Seconds since 1970.</param>
internal readonly record struct ObjectRow(
    long Id, BodyName Name, ulong Identity, string Key, byte[] Metadata, long Length, int Chunks, long Bytes, uint LastUsed);
