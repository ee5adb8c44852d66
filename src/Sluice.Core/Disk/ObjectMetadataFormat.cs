// Layout, version 1. "number" is a LEB128 unsigned integer, "signed" a zigzag number, "text" a number of bytes and that much UTF-8.
//
//   byte    version = 1
//   number  status
//   byte    flags: 1 ETag, 2 Last-Modified, 4 length, 8 always revalidate, 16 never stale
//   text    ETag, when flagged
//   text    Last-Modified, when flagged
//   number  length of the body in bytes, when flagged
//   signed  received at, in 100 ns ticks of UTC since 0001-01-01
//   signed  initial age, lifetime, stale-while-revalidate, stale-if-error: four of them, in ticks
//   text    source
//   number  header lines, each: text name, text value
//   number  tags, each: text
//   number  Vary fields, each: text name, byte 1 when a value follows, text value
//   4 bytes CRC-32C of everything before, little endian
using System.Buffers.Binary;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;

namespace Sluice.Core.Disk;

/// <summary>The stored form of <see cref="ObjectMetadata"/>.</summary>
public static class ObjectMetadataFormat
{
    private const byte Version = 1;
    private const int Checksum = 4;

    /// <summary>Room is made at once for so many items at most: a damaged count is no reason to allocate.</summary>
    private const int MostExpected = 64;

    [Flags]
    private enum Flag : byte
    {
        None = 0,
        ETag = 1,
        LastModified = 2,
        Length = 4,
        AlwaysRevalidate = 8,
        NeverStale = 16,
        NeverStaleOnRequest = 32,
    }

    /// <summary>The bytes of a metadata.</summary>
    public static byte[] Encode(ObjectMetadata metadata)
    {
        var writer = new MetadataWriter();
        var (version, freshness) = (metadata.Version, metadata.Freshness);
        writer.Byte(Version);
        writer.Number((ulong)metadata.Status);
        writer.Byte((byte)(On(version.ETag is not null, Flag.ETag) | On(version.LastModified is not null, Flag.LastModified) | On(version.Length is not null, Flag.Length)
            | On(freshness.AlwaysRevalidate, Flag.AlwaysRevalidate) | On(freshness.NeverStale, Flag.NeverStale)
            | On(freshness.NeverStaleOnRequest, Flag.NeverStaleOnRequest)));
        if (version.ETag is { } tag) writer.Text(tag);
        if (version.LastModified is { } modified) writer.Text(modified);
        if (version.Length is { } length) writer.Number((ulong)length);
        writer.Signed(freshness.ReceivedAt.UtcTicks);
        writer.Signed(freshness.InitialAge.Ticks);
        writer.Signed(freshness.Lifetime.Ticks);
        writer.Signed(freshness.StaleWhileRevalidate.Ticks);
        writer.Signed(freshness.StaleIfError.Ticks);
        writer.Text(metadata.Source);
        writer.Number((ulong)metadata.Headers.Count);
        foreach (var (name, value) in metadata.Headers)
        {
            writer.Text(name);
            writer.Text(value);
        }
        writer.Number((ulong)metadata.Tags.Count);
        foreach (var text in metadata.Tags) writer.Text(text);
        writer.Number((ulong)metadata.Vary.Count);
        foreach (var (name, value) in metadata.Vary)
        {
            writer.Text(name);
            writer.Byte(value is null ? (byte)0 : (byte)1);
            if (value is not null) writer.Text(value);
        }
        return writer.Seal();
    }

    /// <summary>True when version and checksum are right: cheap, for reading many at start.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> bytes) =>
        bytes.Length > Checksum && bytes[0] == Version && Crc32C.Compute(bytes[..^Checksum]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[^Checksum..]);

    /// <summary>The metadata, or null for damaged bytes or a version not known here.</summary>
    public static ObjectMetadata? TryDecode(ReadOnlySpan<byte> bytes) => IsIntact(bytes) ? TryDecodePayload(bytes[..^Checksum]) : null;

    /// <summary>Decodes what stands before the checksum.</summary>
    internal static ObjectMetadata? TryDecodePayload(ReadOnlySpan<byte> bytes)
    {
        var reader = new MetadataReader(bytes);
        if (reader.Byte() != Version) return null;
        var status = reader.Number();
        var flags = (Flag)reader.Byte();
        var tag = flags.HasFlag(Flag.ETag) ? CommonTexts.Of(reader.Text()) : null;
        var modified = flags.HasFlag(Flag.LastModified) ? CommonTexts.Of(reader.Text()) : null;
        var length = flags.HasFlag(Flag.Length) ? reader.Number() : (ulong?)null;
        var received = reader.Signed();
        if (status is < 100 or > 999 || length > long.MaxValue || received < 0 || received > DateTime.MaxValue.Ticks) return null;
        var freshness = new ObjectFreshness
        {
            ReceivedAt = new DateTimeOffset(received, TimeSpan.Zero),
            InitialAge = reader.Duration(),
            Lifetime = reader.Duration(),
            StaleWhileRevalidate = reader.Duration(),
            StaleIfError = reader.Duration(),
            AlwaysRevalidate = flags.HasFlag(Flag.AlwaysRevalidate),
            NeverStale = flags.HasFlag(Flag.NeverStale),
            NeverStaleOnRequest = flags.HasFlag(Flag.NeverStaleOnRequest),
        };
        var metadata = new ObjectMetadata
        {
            Status = (int)status,
            Version = new ObjectVersion(tag, modified, (long?)length),
            Freshness = freshness,
            Source = reader.Text(),
            Headers = Headers(ref reader),
            Tags = Tags(ref reader),
            Vary = Vary(ref reader),
        };
        return reader.AtEnd ? metadata : null;
    }

    private static HeaderList Headers(ref MetadataReader reader)
    {
        var count = reader.Count();
        var headers = new HeaderList(Math.Min(count, MostExpected));
        for (; count > 0 && !reader.Failed; count--) headers.Add(CommonTexts.Of(reader.Text()), CommonTexts.Of(reader.Text()));
        return headers;
    }

    private static string[] Tags(ref MetadataReader reader)
    {
        var count = reader.Count();
        var tags = new List<string>(Math.Min(count, MostExpected));
        for (; count > 0 && !reader.Failed; count--) tags.Add(reader.Text());
        return [.. tags];
    }

    private static KeyValuePair<string, string?>[] Vary(ref MetadataReader reader)
    {
        var count = reader.Count();
        var fields = new List<KeyValuePair<string, string?>>(Math.Min(count, MostExpected));
        for (; count > 0 && !reader.Failed; count--)
            fields.Add(new(reader.Text(), reader.Byte() == 0 ? null : reader.Text()));
        return [.. fields];
    }

    private static Flag On(bool condition, Flag flag) => condition ? flag : Flag.None;
}
