using Sluice.Core.Objects;

namespace Sluice.Edge.Fields;

/// <summary>The Range field in bytes (RFC 9110 section 14.2): a-b, a-, -n, or a list of them.</summary>
internal static class RangeField
{
    /// <summary>
    /// Reads it into <paramref name="ranges"/>, whose length is the most that is accepted. False means the field is to be ignored: another unit,
    /// off the grammar, a last position before the first, or too many ranges (RFC 9110 section 17.15).
    /// </summary>
    /// <remarks>Numbers too large for a file saturate, so they are unsatisfiable or reach to the end, not malformed.</remarks>
    public static bool TryParse(ReadOnlySpan<char> text, Span<ByteRange> ranges, out int count)
    {
        count = 0;
        text = text.Trim(" \t");
        if (!text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) return false;
        text = text[6..];
        while (true)
        {
            var comma = text.IndexOf(',');
            var member = (comma < 0 ? text : text[..comma]).Trim(" \t");
            // Empty list members are legal to receive (RFC 9110 section 5.6.1.2).
            if (!member.IsEmpty)
            {
                if (count == ranges.Length || !TryParseOne(member, out ranges[count])) return false;
                count++;
            }
            if (comma < 0) return count > 0;
            text = text[(comma + 1)..];
        }
    }

    private static bool TryParseOne(ReadOnlySpan<char> member, out ByteRange range)
    {
        range = default;
        var dash = member.IndexOf('-');
        if (dash < 0) return false;
        var left = member[..dash];
        var right = member[(dash + 1)..];
        long first = 0, last = 0;
        if (!left.IsEmpty && !Digits.TryParse(left, long.MaxValue, out first)) return false;
        if (!right.IsEmpty && !Digits.TryParse(right, long.MaxValue, out last)) return false;
        if (left.IsEmpty)
        {
            range = ByteRange.Suffix(last);
            return !right.IsEmpty;
        }
        if (!right.IsEmpty && last < first) return false;
        range = new(first, right.IsEmpty ? null : last);
        return true;
    }
}
