using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sluice.S3.Downloads;

/// <summary>A checksum that S3 keeps of a whole object (x-amz-checksum-*), or the MD5 that its entity tag is. Of an upload in parts it may be one of the parts' sums, and then says nothing about the bytes in a row.</summary>
/// <param name="Crc">What sums it; null where <paramref name="Hash"/> does.</param>
/// <param name="Hash">What hashes it; null where <paramref name="Crc"/> does.</param>
/// <param name="Value">Its bytes, the most significant first.</param>
internal sealed record DownloadChecksum(DownloadCrc? Crc, HashAlgorithmName? Hash, byte[] Value)
{
    // What costs least first: one is enough.
    private static readonly (string Field, DownloadCrc? Crc, HashAlgorithmName? Hash, int Length)[] Kinds =
    [
        ("x-amz-checksum-crc64nvme", DownloadCrc.Nvme, null, 8), ("x-amz-checksum-crc32c", DownloadCrc.Castagnoli, null, 4), ("x-amz-checksum-crc32", DownloadCrc.Zip, null, 4),
        ("x-amz-checksum-sha256", null, HashAlgorithmName.SHA256, 32), ("x-amz-checksum-sha1", null, HashAlgorithmName.SHA1, 20),
    ];

    /// <summary>The first checksum that the fields of an answer hold; null when there is none, or it is not of the whole.</summary>
    public static DownloadChecksum? Of(Func<string, string?> field, string? type)
    {
        if (type is not null && type != "FULL_OBJECT") return null;
        Span<byte> bytes = stackalloc byte[64];
        foreach (var kind in Kinds)
            if (field(kind.Field) is { Length: < 80 } text && Convert.TryFromBase64String(text, bytes, out var length) && length == kind.Length) return new(kind.Crc, kind.Hash, bytes[..length].ToArray());
        return null;
    }

    /// <summary>True when this is the sum.</summary>
    public bool Is(ulong sum) => sum == (Value.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(Value) : BinaryPrimitives.ReadUInt32BigEndian(Value));
}
