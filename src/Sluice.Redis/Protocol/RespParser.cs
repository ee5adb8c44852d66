using System.Buffers;
using System.Buffers.Text;

namespace Sluice.Redis.Protocol;

/// <summary>Reads RESP3 as it arrives, in pieces of any size: each byte is looked at once, and nothing is held on the word of a length alone.</summary>
internal sealed class RespParser(RespLimits limits)
{
    /// <summary>Values from this size on come from a pool.</summary>
    public const int PooledFrom = 32 << 10;

    private const int FirstItems = 64;
    private const RespKind Attribute = (RespKind)255;

    private readonly Frame[] stack = new Frame[limits.Depth];
    private int depth;
    private byte[]? bytes;
    private RespKind bytesKind;
    private int length, filled;
    private bool isVerbatim;

    private struct Frame
    {
        public RespKind Kind;
        public RespValue[] Items;
        public int Filled, Count;
    }

    /// <summary>Takes bytes off the front of <paramref name="input"/> until a whole reply is there. What is left when false must come again with more behind it.</summary>
    /// <exception cref="RespException">The bytes are not RESP3, or pass a limit.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out RespValue value)
    {
        while (true)
        {
            if (bytes is not null)
            {
                if (!TryFill(ref input, out value)) return false;
            }
            else if (!TryReadLine(ref input, out var line))
            {
                value = default;
                return false;
            }
            else if (!TryBegin(line, out value)) continue;
            if (TryDeliver(ref value)) return true;
        }
    }

    private bool TryReadLine(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        var end = input.IndexOf((byte)'\r');
        if ((end < 0 ? input.Length : end) > limits.Line) throw new RespException("Redis sent a line that is too long.");
        if (end < 0 || end + 1 == input.Length)
        {
            line = default;
            return false;
        }

        if (input[end + 1] != '\n' || end == 0) throw new RespException("Redis sent something that is not RESP3.");
        line = input[..end];
        input = input[(end + 2)..];
        return true;
    }

    /// <summary>Begins what a line announces; true when the line is all of it.</summary>
    private bool TryBegin(ReadOnlySpan<byte> line, out RespValue value)
    {
        var rest = line[1..];
        switch (line[0])
        {
            case (byte)'+':
                value = RespValue.OfBytes(RespKind.Text, rest.ToArray(), rest.Length);
                return true;
            case (byte)'-':
                value = RespValue.OfBytes(RespKind.Error, rest.ToArray(), rest.Length);
                return true;
            case (byte)':':
                value = RespValue.OfInteger(Number(rest));
                return true;
            case (byte)'_' when rest.IsEmpty:
                value = RespValue.OfNull;
                return true;
            case (byte)'#' when rest is [(byte)'t' or (byte)'f']:
                value = RespValue.OfInteger(rest[0] == 't' ? 1 : 0);
                return true;
            case (byte)',' or (byte)'(' when !rest.IsEmpty:
                value = RespValue.OfBytes(RespKind.Number, rest.ToArray(), rest.Length);
                return true;
            case (byte)'$':
                return BeginBytes(RespKind.Bytes, rest, out value);
            case (byte)'!':
                return BeginBytes(RespKind.Error, rest, out value);
            case (byte)'=':
                isVerbatim = true;
                return BeginBytes(RespKind.Bytes, rest, out value);
            case (byte)'*' or (byte)'~':
                return BeginItems(RespKind.List, rest, 1, out value);
            case (byte)'%':
                return BeginItems(RespKind.Map, rest, 2, out value);
            case (byte)'|':
                return BeginItems(Attribute, rest, 2, out value);
            case (byte)'>' when depth == 0:
                return BeginItems(RespKind.Push, rest, 1, out value);
            default:
                throw new RespException("Redis sent something that is not RESP3.");
        }
    }

    private bool BeginBytes(RespKind kind, ReadOnlySpan<byte> text, out RespValue value)
    {
        value = default;
        var declared = Number(text);
        if (declared == -1 && kind == RespKind.Bytes && !isVerbatim) return true;
        if (declared < 0 || declared > limits.Bytes) throw new RespException($"Redis announced a value of {declared} bytes; {limits.Bytes} are the most taken.");
        (length, filled, bytesKind) = ((int)declared, 0, kind);
        bytes = length >= PooledFrom ? ArrayPool<byte>.Shared.Rent(length) : length == 0 ? [] : GC.AllocateUninitializedArray<byte>(length);
        return false;
    }

    private bool BeginItems(RespKind kind, ReadOnlySpan<byte> text, int each, out RespValue value)
    {
        value = default;
        var declared = Number(text);
        if (declared == -1 && kind == RespKind.List) return true;
        if (declared < 0 || declared > limits.Items) throw new RespException($"Redis announced {declared} items; {limits.Items} are the most taken.");
        if (depth == limits.Depth) throw new RespException("Redis sent lists in lists deeper than is taken.");
        var count = (int)declared * each;
        if (count == 0 && kind != Attribute)
        {
            value = RespValue.OfItems(kind, [], 0);
            return true;
        }

        if (count > 0) stack[depth++] = new Frame { Kind = kind, Count = count, Items = new RespValue[Math.Min(count, FirstItems)] };
        return false;
    }

    private bool TryFill(ref ReadOnlySpan<byte> input, out RespValue value)
    {
        var taken = Math.Min(length - filled, input.Length);
        input[..taken].CopyTo(bytes.AsSpan(filled));
        filled += taken;
        input = input[taken..];
        value = default;
        if (filled < length || input.Length < 2) return false;
        if (input[0] != '\r' || input[1] != '\n') throw new RespException("Redis sent a value that is longer than announced.");
        input = input[2..];
        var whole = bytes!;
        bytes = null;
        if (!isVerbatim)
        {
            value = RespValue.OfBytes(bytesKind, whole, length, pooled: length >= PooledFrom);
            return true;
        }

        isVerbatim = false;
        if (length < 4 || whole[3] != ':') throw new RespException("Redis sent a text without its format.");
        value = RespValue.OfBytes(bytesKind, whole[4..length], length - 4);
        return true;
    }

    /// <summary>Puts a value where it belongs; true when it is, or completes, a whole reply.</summary>
    private bool TryDeliver(ref RespValue value)
    {
        while (depth > 0)
        {
            ref var frame = ref stack[depth - 1];
            if (frame.Filled == frame.Items.Length) Array.Resize(ref frame.Items, Math.Min(frame.Count, frame.Items.Length * 2));
            frame.Items[frame.Filled++] = value;
            if (frame.Filled < frame.Count) return false;
            var kind = frame.Kind;
            value = kind == Attribute ? default : RespValue.OfItems(kind, frame.Items, frame.Count);
            frame = default;
            depth--;
            // What is said about a reply is no reply.
            if (kind == Attribute) return false;
        }

        return true;
    }

    private static long Number(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || !Utf8Parser.TryParse(text, out long value, out var used) || used != text.Length) throw new RespException("Redis sent something that is not a number where one belongs.");
        return value;
    }
}
