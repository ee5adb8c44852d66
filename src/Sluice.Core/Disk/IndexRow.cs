using SQLitePCL;

namespace Sluice.Core.Disk;

/// <summary>The row that a statement of <see cref="DiskIndex"/> is at, read in place: no text and no array is made before it is wanted.</summary>
internal readonly ref struct IndexRow(sqlite3_stmt statement)
{
    public long Id => raw.sqlite3_column_int64(statement, 0);

    // A name of another length can only be damage; the file it leads to does not exist, and so the row goes as any such row does.
    public BodyName Name => raw.sqlite3_column_blob(statement, 1) is { Length: BodyName.Size } name ? BodyName.Read(name) : default;

    public ulong Identity => (ulong)raw.sqlite3_column_int64(statement, 2);

    /// <summary>In UTF-8.</summary>
    public ReadOnlySpan<byte> Key => raw.sqlite3_column_blob(statement, 3);

    public ReadOnlySpan<byte> Metadata => raw.sqlite3_column_blob(statement, 4);

    public long Length => raw.sqlite3_column_int64(statement, 5);

    public long Bytes => raw.sqlite3_column_int64(statement, 7);

    public uint LastUsed => (uint)raw.sqlite3_column_int64(statement, 8);

    /// <summary>False for an object that was never finished, or is damaged.</summary>
    public bool IsUsable => Length >= 0 && ObjectMetadataFormat.IsIntact(Metadata);

    public ObjectRow ToObjectRow() => new()
    {
        Id = Id,
        Name = Name,
        Identity = Identity,
        Key = System.Text.Encoding.UTF8.GetString(Key),
        Metadata = Metadata.ToArray(),
        Length = Length,
        Chunks = raw.sqlite3_column_int(statement, 6),
        Bytes = Bytes,
        LastUsed = LastUsed,
    };
}

/// <summary>Looks at a row; what it keeps it copies.</summary>
internal delegate bool RowMatch(IndexRow row);
