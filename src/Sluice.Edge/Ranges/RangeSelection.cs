using Microsoft.Extensions.Primitives;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Ranges;

/// <summary>Which bytes of a body a Range field asks for (RFC 9110 section 14.2).</summary>
internal static class RangeSelection
{
    /// <summary>More ranges than this in one request and the field is ignored (RFC 9110 section 17.15).</summary>
    public const int Maximum = 16;

    /// <summary>The stretches wanted, as [Start, End): null to answer with the whole body, none when nothing is satisfiable (416).</summary>
    public static (long Start, long End)[]? Select(StringValues field, long length)
    {
        if (field.Count != 1) return null;
        Span<ByteRange> asked = stackalloc ByteRange[Maximum];
        if (!RangeField.TryParse(field[0], asked, out var count)) return null;
        if (count == 1) return asked[0].Resolve(length) is { } one ? [one] : [];

        List<(long Start, long End)> wanted = [];
        foreach (var range in asked[..count])
            if (range.Resolve(length) is { } part) wanted.Add(part);
        if (wanted.Count == 0) return [];
        // Overlapping or more bytes than the whole: a way to make a server work, not a player's wish.
        var ordered = wanted.OrderBy(part => part.Start).ToList();
        for (var i = 1; i < ordered.Count; i++)
            if (ordered[i].Start < ordered[i - 1].End) return null;
        return wanted.Sum(part => part.End - part.Start) > length ? null : [.. wanted];
    }
}
