using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Sluice.Edge.Transport;

/// <summary>What is the same in every head of one status, cut where a reply puts in what is its own. One array that begins with the cuts: there are as many of these as hot objects.</summary>
internal readonly struct PlainFields
{
    private const int Cuts = 7;
    private static readonly int[] Places = [int.MinValue, FieldOrder.PlaceOf("Date"), FieldOrder.PlaceOf("Age"), FieldOrder.PlaceOf("Content-Range"), FieldOrder.Others];

    private readonly byte[]? packed;

    /// <param name="status">Code and phrase.</param>
    /// <param name="length">The line that tells the length of the whole body; empty for none.</param>
    /// <param name="lines">The header fields.</param>
    /// <param name="key">What Cache-Status ends with.</param>
    public PlainFields(string status, string length, KeyValuePair<string, StringValues>[] lines, string key)
    {
        var sorted = FieldOrder.Sort(lines).ToArray();
        var text = new StringBuilder("HTTP/1.1 ").Append(status).Append("\r\n").Append(length);
        Span<ushort> cuts = stackalloc ushort[Cuts];
        for (var cut = 0; cut < Places.Length; cut++)
        {
            cuts[cut] = (ushort)Math.Min(text.Length, ushort.MaxValue);
            var next = cut + 1 < Places.Length ? Places[cut + 1] : long.MaxValue;
            foreach (var (name, values) in sorted)
                if (FieldOrder.PlaceOf(name) is var place && place >= Places[cut] && place < next)
                    foreach (var value in values)
                        text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        cuts[5] = (ushort)Math.Min(text.Length, ushort.MaxValue);
        text.Append(key).Append("\r\n\r\n");
        cuts[6] = (ushort)Math.Min(text.Length, ushort.MaxValue);
        packed = [.. MemoryMarshal.AsBytes(cuts), .. Encoding.ASCII.GetBytes(text.ToString())];
    }

    public bool IsMade => packed is not null;

    /// <summary>Where the status line and the length end.</summary>
    public int Known => Cut(0);

    /// <summary>Where the date belongs.</summary>
    public int Date => Cut(1);

    /// <summary>Where the age belongs.</summary>
    public int Age => Cut(2);

    /// <summary>Where the range of a part belongs.</summary>
    public int Range => Cut(3);

    /// <summary>Where the fields begin that the server behind does not know.</summary>
    public int Others => Cut(4);

    /// <summary>Where the fields end; what follows ends Cache-Status and the head.</summary>
    public int End => Cut(5);

    /// <summary>Of all of it; <see cref="ushort.MaxValue"/> for more.</summary>
    public int Length => Cut(6);

    public ReadOnlySpan<byte> this[int from, int to] => packed.AsSpan((Cuts * sizeof(ushort)) + from, to - from);

    private int Cut(int index) => MemoryMarshal.Cast<byte, ushort>(packed)[index];
}
