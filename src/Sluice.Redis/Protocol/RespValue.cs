using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sluice.Redis.Protocol;

/// <summary>A reply. Its bytes stay bytes; texts are made only where one is asked for.</summary>
internal readonly struct RespValue
{
    private readonly object? data;
    private readonly long number;
    private readonly bool pooled;

    private RespValue(RespKind kind, object? data, long number, bool pooled = false) => (Kind, this.data, this.number, this.pooled) = (kind, data, number, pooled);

    public RespKind Kind { get; }

    public bool IsNull => Kind == RespKind.Null;

    /// <summary>The bytes of a text, error, number or value; empty for others.</summary>
    public ReadOnlyMemory<byte> Memory => data is byte[] bytes ? bytes.AsMemory(0, (int)number) : default;

    /// <summary>As <see cref="Memory"/>.</summary>
    public ReadOnlySpan<byte> Span => data is byte[] bytes ? bytes.AsSpan(0, (int)number) : default;

    /// <summary>The items of a list, map or push; empty for others.</summary>
    public ReadOnlySpan<RespValue> Items => data is RespValue[] items ? items.AsSpan(0, (int)number) : default;

    public static RespValue OfNull => default;

    public static RespValue OfInteger(long value) => new(RespKind.Integer, null, value);

    public static RespValue OfBytes(RespKind kind, byte[] bytes, int length, bool pooled = false) => new(kind, bytes, length, pooled);

    public static RespValue OfItems(RespKind kind, RespValue[] items, int count) => new(kind, items, count);

    /// <summary>The value as text.</summary>
    public string AsText() => Kind == RespKind.Integer ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : Encoding.UTF8.GetString(Span);

    /// <summary>The value as a whole number.</summary>
    /// <exception cref="RespException">It is none.</exception>
    public long AsInteger()
    {
        if (Kind == RespKind.Integer) return number;
        return Utf8Parser.TryParse(Span, out long value, out var used) && used == Span.Length && used > 0 ? value : throw new RespException("Redis answered something else than a number.");
    }

    /// <summary>Gives large bytes back to the pool: for the one who was handed the reply, once, when done with it. Leaving it out costs only the reuse.</summary>
    public void Release()
    {
        if (pooled) ArrayPool<byte>.Shared.Return((byte[])data!);
    }
}
