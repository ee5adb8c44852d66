using System.Buffers;
using System.Text;

namespace Sluice.Edge.Transport;

/// <summary>
/// Reads the head of a plain HTTP/1.1 request where it lies, and refuses rather than guesses: what is not exactly as RFC 9112 writes it is left to the server.
/// Reused by its connection; what it says holds until the next <see cref="Read"/>.
/// </summary>
internal sealed partial class PlainRequest
{
    private const int MaximumLines = 48;
    private const string Tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Tokens));
    private static readonly SearchValues<byte> HostBytes = SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    private readonly Line[] lines = new Line[MaximumLines];
    private byte[] buffer = [];
    private int count;

    // A bit for every length of a name (modulo 64): most fields that are asked for are not there.
    private ulong lengths;
    private int targetStart;
    private int targetLength;

    /// <summary>True for HEAD, else GET.</summary>
    public bool IsHead { get; private set; }

    /// <summary>The request target as sent: it starts with a slash and holds visible ASCII only.</summary>
    public ReadOnlySpan<byte> Target => buffer.AsSpan(targetStart, targetLength);

    /// <summary>Reads the head at the start of what has arrived.</summary>
    /// <param name="received">Holds it.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="end">Where what has arrived ends.</param>
    /// <param name="length">Length of the head with its empty line, where it is plain or ordinary.</param>
    public HeadKind Read(byte[] received, int start, int end, out int length)
    {
        length = 0;
        var bytes = received.AsSpan(start, end - start);
        if (bytes[0] is not ((byte)'G' or (byte)'H')) return HeadKind.Unknown;
        var found = bytes.IndexOf("\r\n\r\n"u8);
        if (found < 0) return MayBecomePlain(bytes) ? HeadKind.Incomplete : HeadKind.Unknown;
        (buffer, count, lengths, length) = (received, 0, 0, found + 4);
        // Every line, the last one too, ends with CR LF.
        var head = bytes[..(found + 2)];
        var next = ReadRequestLine(head, start);
        if (next < 0) return HeadKind.Unknown;

        var (kind, hosts) = (HeadKind.Plain, 0);
        while (next < head.Length)
        {
            var line = head[next..];
            var size = line.IndexOf((byte)'\r');
            var colon = line.IndexOf((byte)':');
            if (line[size + 1] != '\n' || colon < 1 || colon > size || count == MaximumLines) return HeadKind.Unknown;
            var name = line[..colon];
            var value = line[(colon + 1)..size].TrimStart((byte)' ');
            if (name.ContainsAnyExcept(NameBytes) || value.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return HeadKind.Unknown;
            ref var kept = ref lines[count++];
            lengths |= 1UL << colon;
            (kept.NameStart, kept.NameLength) = ((ushort)(start + next), (ushort)colon);
            kept.ValueStart = (ushort)(start + next + size - value.Length);
            value = value.TrimEnd((byte)' ');
            kept.ValueLength = (ushort)value.Length;
            var meaning = Judge(name, value, ref hosts);
            if (meaning == HeadKind.Unknown) return meaning;
            if (meaning != HeadKind.Plain) kind = meaning;
            next += size + 2;
        }

        return hosts == 1 ? kind : HeadKind.Unknown;
    }

    /// <summary>False once a line has ended in another way than CR LF, or the first is not plain: the server answers such a head before its end, and so it must get it.</summary>
    private bool MayBecomePlain(ReadOnlySpan<byte> bytes)
    {
        for (var (start, line) = (0, 0); bytes[start..].IndexOf((byte)'\n') is >= 0 and var size; start += size + 1, line++)
            if (size == 0 || bytes[start + size - 1] != '\r' || (line == 0 && ReadRequestLine(bytes, 0) < 0)) return false;
        return true;
    }

    /// <summary>Where the fields begin; -1 for a line that is not plain.</summary>
    private int ReadRequestLine(ReadOnlySpan<byte> head, int start)
    {
        var size = head.IndexOf((byte)'\r');
        var line = head[..size];
        IsHead = line.StartsWith("HEAD "u8);
        var skip = IsHead ? 5 : 4;
        if ((!IsHead && !line.StartsWith("GET "u8)) || head[size + 1] != '\n' || !line.EndsWith(" HTTP/1.1"u8) || size < skip + 10) return -1;
        var target = line[skip..^9];
        if (target[0] != '/' || target.ContainsAnyExceptInRange((byte)'!', (byte)'~')) return -1;
        (targetStart, targetLength) = (start + skip, target.Length);
        return size + 2;
    }

    private static HeadKind Judge(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref int hosts)
    {
        switch (name.Length)
        {
            case 4 when Is(name, "Host"u8):
                hosts++;
                return IsPlainHost(value) ? HeadKind.Plain : HeadKind.Unknown;
            case 10 when Is(name, "Connection"u8):
                return Is(value, "keep-alive"u8) ? HeadKind.Plain : HeadKind.Unknown;
            // A body, another protocol, or a wait for leave to send a body.
            case 14 when Is(name, "Content-Length"u8) || Is(name, "HTTP2-Settings"u8):
            case 17 when Is(name, "Transfer-Encoding"u8):
            case 7 when Is(name, "Upgrade"u8):
            case 6 when Is(name, "Expect"u8):
                return HeadKind.Unknown;
            // To be echoed.
            case 12 when Is(name, "X-Request-Id"u8):
                return HeadKind.Ordinary;
            default:
                return HeadKind.Plain;
        }
    }

    /// <summary>A name or an IPv4 address, with or without a port; the rest of what RFC 3986 allows goes the ordinary way.</summary>
    private static bool IsPlainHost(ReadOnlySpan<byte> value)
    {
        var colon = value.IndexOf((byte)':');
        var name = colon < 0 ? value : value[..colon];
        if (name.IsEmpty || name.ContainsAnyExcept(HostBytes)) return false;
        if (colon < 0) return true;
        var port = value[(colon + 1)..];
        return port.Length is > 0 and < 6 && !port.ContainsAnyExcept(Digits);
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(value, expected);

    private struct Line
    {
        public ushort NameStart, NameLength, ValueStart, ValueLength;

        /// <summary>The value as it was when last asked for: a client mostly says the same again.</summary>
        public string? Text;
    }
}
