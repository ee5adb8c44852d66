using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Sluice.S3.Objects;

/// <summary>From the path of a request to the key of an object.</summary>
internal static class S3ObjectKey
{
    /// <summary>Longest key S3 takes, in bytes.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>The key: the prefix and the decoded path without its leading slash. Null when there can be no such object, or none that may be reached.</summary>
    /// <remarks>A decoded "." or ".." segment ("..%2F" is how one gets here) is refused: an intermediary that tidies paths would leave the prefix.</remarks>
    public static string? From(string prefix, string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(path.Length));
        try
        {
            var count = Encoding.UTF8.GetBytes(path.AsSpan(path.StartsWith('/') ? 1 : 0), buffer);
            var key = Decode(buffer.AsSpan(0, count));
            if (key is null || prefix.Length + key.Length == 0 || HasDotSegment(key)) return null;
            key = prefix + key;
            return Encoding.UTF8.GetByteCount(key) <= MaximumBytes ? key : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? Decode(Span<byte> bytes)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = bytes[i];
            if (value == (byte)'%')
            {
                if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2])) return null;
                value = (byte)((Digit(bytes[i + 1]) << 4) | Digit(bytes[i + 2]));
                i += 2;
            }
            if (value == 0) return null;
            bytes[length++] = value;
        }
        return Utf8.IsValid(bytes[..length]) ? Encoding.UTF8.GetString(bytes[..length]) : null;
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;

    private static bool HasDotSegment(string key)
    {
        foreach (var segment in key.AsSpan().Split('/'))
            if (key.AsSpan(segment) is "." or "..") return true;
        return false;
    }
}
