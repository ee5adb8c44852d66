using System.Buffers;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>Collects UTF-8 text in a buffer on the stack and moves to a pooled one only when that is too small, so that signing leaves no garbage.</summary>
internal ref struct Utf8Builder(Span<byte> initial)
{
    /// <summary>Everything but the unreserved characters of RFC 3986 section 2.3 is escaped in a canonical request.</summary>
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
    private static readonly SearchValues<char> PlainWithSlash = SearchValues.Create("/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    private Span<byte> buffer = initial;
    private byte[]? rented;

    /// <summary>How many bytes are collected.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes collected; valid until the next append.</summary>
    public readonly ReadOnlySpan<byte> Written => buffer[..Length];

    /// <summary>The same, to change what was written.</summary>
    public readonly Span<byte> Buffer => buffer[..Length];

    /// <summary>Appends bytes as they are.</summary>
    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Appends text in UTF-8.</summary>
    public void Append(scoped ReadOnlySpan<char> text) => Length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    /// <summary>Appends bytes in lower-case hexadecimal.</summary>
    public void AppendHex(scoped ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, Reserve(bytes.Length * 2), out var written);
        Length += written;
    }

    /// <summary>Appends text percent-encoded once: UTF-8, upper-case hex, everything but unreserved characters (and "/" where it separates).</summary>
    public void AppendEncoded(scoped ReadOnlySpan<char> text, bool keepSlash)
    {
        // Most keys need no escape at all.
        var odd = text.IndexOfAnyExcept(keepSlash ? PlainWithSlash : Plain);
        AppendAscii(odd < 0 ? text : text[..odd]);
        if (odd < 0) return;
        text = text[odd..];
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var pooled = size > 512 ? ArrayPool<byte>.Shared.Rent(size) : null;
        Span<byte> plain = pooled ?? stackalloc byte[512];
        plain = plain[..Encoding.UTF8.GetBytes(text, plain)];
        var target = Reserve(plain.Length * 3);
        var at = 0;
        foreach (var value in plain)
        {
            if (Unreserved.Contains(value) || (keepSlash && value == (byte)'/'))
            {
                target[at++] = value;
                continue;
            }
            target[at++] = (byte)'%';
            target[at++] = Hex(value >> 4);
            target[at++] = Hex(value & 15);
        }
        Length += at;
        if (pooled is not null) ArrayPool<byte>.Shared.Return(pooled);
    }

    /// <summary>Appends text known to be ASCII.</summary>
    public void AppendAscii(scoped ReadOnlySpan<char> text)
    {
        Ascii.FromUtf16(text, Reserve(text.Length), out var written);
        Length += written;
    }

    /// <summary>Gives a pooled buffer back.</summary>
    public readonly void Dispose()
    {
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);

    private Span<byte> Reserve(int count)
    {
        if (buffer.Length - Length >= count) return buffer[Length..];
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, Length + count));
        Written.CopyTo(larger);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        buffer = rented = larger;
        return buffer[Length..];
    }
}
