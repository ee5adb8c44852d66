using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.Monitoring.History;

/// <summary>
/// The bytes of one point, format 1. For each series in order of id: the difference to the id before (varint), then by kind
/// counter: a number; gauge: two numbers, last and largest; histogram: the sum as a number, the count of buckets that are not empty (varint), and for each the
/// difference to the bucket before and its count (varints). A number is a varint: an even one is twice a whole number, 1 is followed by eight bytes of a double, little endian.
/// Counters and histograms of which nothing was measured are left out.
/// </summary>
internal static class PointFormat
{
    private const double LargestWhole = 1L << 53;

    public static byte[] Write(IReadOnlyDictionary<int, SeriesValue> point, Func<int, SeriesKind> kindOf)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        var before = 0;
        foreach (var (id, value) in point.OrderBy(pair => pair.Key))
        {
            var kind = kindOf(id);
            if (kind == SeriesKind.Counter && value.Value == 0) continue;
            if (kind == SeriesKind.Histogram && Array.TrueForAll(value.Buckets, count => count == 0)) continue;
            Varint(bytes, (ulong)(id - before));
            before = id;
            Number(bytes, value.Value);
            if (kind == SeriesKind.Gauge) Number(bytes, value.Maximum);
            if (kind != SeriesKind.Histogram) continue;
            Varint(bytes, (ulong)value.Buckets.Count(count => count > 0));
            var last = 0;
            for (var i = 0; i < value.Buckets.Length; i++)
            {
                if (value.Buckets[i] == 0) continue;
                Varint(bytes, (ulong)(i - last));
                Varint(bytes, (ulong)value.Buckets[i]);
                last = i;
            }
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Merges a point into one that lies before it.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a point.</exception>
    public static void MergeInto(Dictionary<int, SeriesValue> target, ReadOnlySpan<byte> bytes, Func<int, Series?> find, SeriesFilter wanted)
    {
        var id = 0;
        while (!bytes.IsEmpty)
        {
            id += (int)Varint(ref bytes);
            if (find(id) is not { } series) throw new InvalidDataException($"series {id} is unknown");
            // A view of a month reads millions of these: what is not wanted is passed over, what is wanted is added in place.
            SeriesValue? held = null;
            if (wanted.Takes(series) && !target.TryGetValue(id, out held)) target[id] = held = new SeriesValue { Maximum = series.Kind == SeriesKind.Gauge ? double.NegativeInfinity : 0 };
            var value = Number(ref bytes);
            if (held is not null) held.Value = series.Kind == SeriesKind.Gauge ? value : held.Value + value;
            if (series.Kind == SeriesKind.Gauge)
            {
                var largest = Number(ref bytes);
                if (held is not null) held.Maximum = Math.Max(held.Maximum, largest);
            }

            if (series.Kind == SeriesKind.Histogram) ReadBuckets(held, ref bytes, series.Bounds.Length + 1);
        }
    }

    private static void ReadBuckets(SeriesValue? held, ref ReadOnlySpan<byte> bytes, int length)
    {
        if (held is { Buckets.Length: 0 }) held.Buckets = new long[length];
        var at = 0UL;
        for (var left = Varint(ref bytes); left > 0; left--)
        {
            at += Varint(ref bytes);
            if (at >= (ulong)length) throw new InvalidDataException("a bucket is beyond the last");
            var count = (long)Varint(ref bytes);
            if (held is not null) held.Buckets[at] += count;
        }
    }

    private static void Number(ArrayBufferWriter<byte> bytes, double value)
    {
        if (value >= 0 && value < LargestWhole && Math.Floor(value) == value)
        {
            Varint(bytes, (ulong)value << 1);
            return;
        }

        Varint(bytes, 1);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.GetSpan(8), value);
        bytes.Advance(8);
    }

    private static double Number(ref ReadOnlySpan<byte> bytes)
    {
        var whole = Varint(ref bytes);
        if ((whole & 1) == 0) return whole >> 1;
        if (bytes.Length < 8) throw new InvalidDataException("a number is cut short");
        var value = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        bytes = bytes[8..];
        return value;
    }

    private static void Varint(ArrayBufferWriter<byte> bytes, ulong value)
    {
        var span = bytes.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        bytes.Advance(length);
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return value;
        }

        throw new InvalidDataException("a number is cut short");
    }
}
