namespace Sluice.Edge.Fields;

/// <summary>A Content-Range in bytes (RFC 9110 section 14.4): bytes a-b/n, bytes a-b/* or bytes */n.</summary>
/// <param name="First">First byte; null in the form that goes with 416.</param>
/// <param name="Last">Last byte, included; null in the form that goes with 416.</param>
/// <param name="Length">Length of the whole; null when the sender does not know it.</param>
internal readonly record struct ContentRange(long? First, long? Last, long? Length)
{
    /// <summary>Reads one; false for another unit, for text off the grammar, for numbers that do not fit, and for positions out of order or beyond the length.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ContentRange range)
    {
        range = default;
        text = text.Trim(" \t");
        if (!text.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase)) return false;
        text = text[6..];
        var slash = text.IndexOf('/');
        if (slash < 0) return false;

        var positions = text[..slash];
        long? total = null;
        if (text[(slash + 1)..] is not "*")
        {
            if (!Digits.TryParseExact(text[(slash + 1)..], out var length)) return false;
            total = length;
        }

        if (positions is "*")
        {
            range = new(null, null, total);
            return total is not null;
        }

        var dash = positions.IndexOf('-');
        if (dash < 0 || !Digits.TryParseExact(positions[..dash], out var first) || !Digits.TryParseExact(positions[(dash + 1)..], out var last))
            return false;
        // Last + 1 must still be a number, since ends are kept exclusive.
        if (last < first || last == long.MaxValue || last >= total) return false;
        range = new(first, last, total);
        return true;
    }
}
