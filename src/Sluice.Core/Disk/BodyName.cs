using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Core.Disk;

/// <summary>The 32-byte name of a body file: SHA-256 of key, Vary selection and a nonce, so that no name is ever used for other bytes.</summary>
internal readonly record struct BodyName(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    /// <summary>Where it lies under the cache directory's objects folder: ab/ followed by all 64 hexadecimal digits.</summary>
    public string RelativePath
    {
        get
        {
            var hex = ToString();
            return string.Concat(hex.AsSpan(0, 2), "/", hex);
        }
    }

    /// <summary>A new name, and the identity that stays the same for every version of the object.</summary>
    public static BodyName Create(string key, IReadOnlyList<KeyValuePair<string, string?>> vary, out ulong identity)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(key));
        foreach (var (field, value) in vary)
            hash.AppendData(Encoding.UTF8.GetBytes(value is null ? $"\0{field}" : $"\0{field}\u0001{value}"));
        Span<byte> bytes = stackalloc byte[Size];
        hash.GetCurrentHash(bytes);
        identity = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        Span<byte> nonce = stackalloc byte[16];
        RandomNumberGenerator.Fill(nonce);
        hash.AppendData(nonce);
        hash.GetHashAndReset(bytes);
        return Read(bytes);
    }

    public static BodyName Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    /// <summary>Reads a file name; false for a file that is not one of ours.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out BodyName name)
    {
        name = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (hex.Length != 2 * Size || Convert.FromHexString(hex, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != Size) return false;
        name = Read(bytes);
        return true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), D);
        return bytes;
    }

    public override string ToString() => Convert.ToHexStringLower(ToBytes());

    public override int GetHashCode() => A.GetHashCode();
}
