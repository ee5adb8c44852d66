using System.Text;
using Sluice.Core.Objects;

namespace Sluice.Core.Disk;

/// <summary>One object version on disk: its index entry in memory, and which chunks are held.</summary>
/// <remarks>An idle one is small: its metadata stays in stored form and its chunk rows in the index until they are asked for.</remarks>
public sealed partial class DiskObject : DiskEntry
{
    private volatile byte[]? encoded;
    private volatile ObjectMetadata? metadata;
    private volatile DiskBody? body;

    private DiskObject(DiskTier tier, long id, BodyName name, ulong identity, string key)
        : base(id, name, identity) => (Tier, Key) = (tier, key);

    internal DiskObject(DiskTier tier, long id, BodyName name, ulong identity, string key, ObjectMetadata metadata)
        : this(tier, id, name, identity, key)
    {
        this.metadata = metadata;
        Length = metadata.Length ?? UnknownLength;
        RowBytes = RowBytesOf(Encoding.UTF8.GetByteCount(key), ObjectMetadataFormat.Encode(metadata).Length);
        body = new DiskBody(tier.ChunkSize);
    }

    internal DiskObject(DiskTier tier, in ObjectRow row)
        : this(tier, row.Id, row.Name, row.Identity, row.Key)
    {
        encoded = row.Metadata;
        Length = row.Length;
        Charged = row.Bytes;
        RowBytes = RowBytesOf(Encoding.UTF8.GetByteCount(row.Key), row.Metadata.Length);
        (StoredChunks, StoredBytes) = (row.Chunks, row.Bytes);
        LastUsed = StoredLastUsed = row.LastUsed;
        IsListed = true;
    }

    /// <summary>What is left to do for a row that was evicted: its file and its row go. Without a key and metadata, which nobody asks for any more.</summary>
    internal DiskObject(DiskTier tier, DiskRow evicted)
        : this(tier, evicted.Id, evicted.Name, evicted.Identity, "")
    {
        (Charged, StoredBytes, RowBytes) = (evicted.Charged, evicted.Charged, evicted.RowBytes);
        MarkRemoved(out _);
    }

    internal const long UnknownLength = -1;

    /// <summary>Canonical key text.</summary>
    public string Key { get; }

    /// <summary>Metadata as last stored. Decoded at its first use and kept from then on.</summary>
    public ObjectMetadata Metadata => metadata ?? KeepDecoded();

    /// <summary>The same metadata, decoded for this call only when nobody has used it yet: for looking over very many objects.</summary>
    public ObjectMetadata PeekMetadata() => metadata ?? Decode();

    /// <summary>The engine's entry for it. Set by the engine.</summary>
    public object? Owner { get; set; }

    /// <summary>True when that chunk is stored. Takes no lock, but the first question about an object from an earlier run may read its rows from the index.</summary>
    public bool Has(int chunk)
    {
        if (chunk < 0 || IsRemoved || Tier.IsDisposed) return false;
        if (body is { } known) return known.Has(chunk);
        if (IsComplete) return chunk < Tier.ChunksOf(Length);
        return Tier.BodyOf(this).Has(chunk);
    }

    /// <summary>Number of chunks stored.</summary>
    public int ChunkCount => body?.Count ?? StoredChunks;

    /// <summary>Bytes stored.</summary>
    public long Bytes => body?.Bytes ?? StoredBytes;

    /// <summary>True when the length is known and every byte is stored.</summary>
    public bool IsComplete => Length == Bytes;

    /// <summary>True once it was removed or evicted: it has no chunk any more; reads that began before still finish.</summary>
    public bool IsRemoved => (Volatile.Read(ref uses) & Removed) != 0;

    internal DiskTier Tier { get; }

    /// <summary>Length of the whole body, or <see cref="UnknownLength"/>.</summary>
    internal long Length { get; private set; }

    /// <summary>Chunk rows, checksums, open file; null until an object from an earlier run is first touched.</summary>
    internal DiskBody? Body => body;

    /// <summary>Seconds since 1970 as the index has it. Used by the tier's clock only.</summary>
    internal uint StoredLastUsed;

    /// <summary>Takes in a body read from the index; the first one wins.</summary>
    internal DiskBody Adopt(DiskBody loaded) => Interlocked.CompareExchange(ref body, loaded, null) ?? loaded;

    internal void Replace(ObjectMetadata with)
    {
        metadata = with;
        encoded = null;
        Length = with.Length ?? UnknownLength;
    }

    internal byte[] Encode()
    {
        // In this order: whoever clears the stored form has put the metadata in place before.
        var bytes = encoded;
        return metadata is { } current ? ObjectMetadataFormat.Encode(current) : bytes!;
    }

    private ObjectMetadata KeepDecoded()
    {
        var decoded = Decode();
        var kept = Interlocked.CompareExchange(ref metadata, decoded, null) ?? decoded;
        encoded = null;
        return kept;
    }

    // The checksum was verified when the row was read, so these bytes are what Encode once wrote.
    private ObjectMetadata Decode() => encoded is { } bytes
        ? ObjectMetadataFormat.TryDecode(bytes) ?? throw new InvalidDataException($"Metadata of disk object {Name} does not decode although its checksum is right.")
        : metadata!;
}
