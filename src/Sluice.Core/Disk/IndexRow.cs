using Sluice.Core.Sqlite;
using SQLitePCL;

namespace Sluice.Core.Disk;

/// <summary>The row that a statement of <see cref="DiskIndex"/> is at, read in place: no text and no array is made before it is wanted.</summary>
internal readonly ref struct IndexRow(sqlite3_stmt statement)
{
    public long Id => SqliteColumns.Integer(statement, 0);

    // A name of another length can only be damage; the file it leads to does not exist, and so the row goes as any such row does.
    public BodyName Name => SqliteColumns.Bytes(statement, 1) is { Length: BodyName.Size } name ? BodyName.Read(name) : default;

    public ulong Identity => (ulong)SqliteColumns.Integer(statement, 2);

    /// <summary>In UTF-8.</summary>
    public ReadOnlySpan<byte> Key => SqliteColumns.Bytes(statement, 3);

    public ReadOnlySpan<byte> Metadata => SqliteColumns.Bytes(statement, 4);

    public long Length => SqliteColumns.Integer(statement, 5);

    public long Bytes => SqliteColumns.Integer(statement, 7);

    public uint LastUsed => (uint)SqliteColumns.Integer(statement, 8);

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
        Chunks = (int)SqliteColumns.Integer(statement, 6),
        Bytes = Bytes,
        LastUsed = LastUsed,
    };
}

/// <summary>Looks at a row; what it keeps it copies.</summary>
internal delegate bool RowMatch(IndexRow row);
