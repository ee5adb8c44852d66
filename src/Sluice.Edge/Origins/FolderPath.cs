using System.Text;

namespace Sluice.Edge.Origins;

/// <summary>Turns a request path into the name of a file below a folder.</summary>
internal static class FolderPath
{
    /// <summary>
    /// The bytes of the relative path with a closing NUL, decoded once. Null when no file can have that name: bad percent-encoding, NUL, an encoded slash,
    /// a backslash, an empty, "." or ".." segment (so also a closing slash). Each file then has one path only, and one key.
    /// </summary>
    public static byte[]? Decode(string path)
    {
        if (path.Length < 2 || path[0] != '/') return null;
        var bytes = Encoding.UTF8.GetBytes(path, 1, path.Length - 1);
        var length = 0;
        var segment = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b == '/')
            {
                if (IsForbidden(bytes.AsSpan(segment, length - segment))) return null;
                segment = length + 1;
            }
            else if (b == '%')
            {
                if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2])) return null;
                b = (byte)((Hex(bytes[i + 1]) << 4) | Hex(bytes[i + 2]));
                i += 2;
                if (b == '/') return null;
            }
            if (b is 0 or (byte)'\\') return null;
            // Decoding never gets longer, so it can be done in place.
            bytes[length++] = b;
        }
        if (IsForbidden(bytes.AsSpan(segment, length - segment))) return null;
        Array.Resize(ref bytes, length + 1);
        bytes[length] = 0;
        return bytes;
    }

    private static bool IsForbidden(ReadOnlySpan<byte> segment) => segment.IsEmpty || segment.SequenceEqual("."u8) || segment.SequenceEqual(".."u8);

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
