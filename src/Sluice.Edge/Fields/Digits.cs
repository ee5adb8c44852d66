namespace Sluice.Edge.Fields;

/// <summary>Unsigned decimal numbers as header fields spell them: 1*DIGIT, no sign, no space.</summary>
internal static class Digits
{
    /// <summary>Reads the whole text; a number beyond <paramref name="ceiling"/> becomes the ceiling. False when it is empty or holds anything but digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, long ceiling, out long value)
    {
        value = 0;
        if (text.IsEmpty) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            var digit = c - '0';
            value = value > (ceiling - digit) / 10 ? ceiling : value * 10 + digit;
        }
        return true;
    }

    /// <summary>A delta-seconds value, saturating at <see cref="int.MaxValue"/> (RFC 9111 section 1.2.2).</summary>
    public static bool TryParseSeconds(ReadOnlySpan<char> text, out int seconds)
    {
        var valid = TryParse(text, int.MaxValue, out var value);
        seconds = (int)value;
        return valid;
    }

    /// <summary>A number that must fit: false on overflow.</summary>
    public static bool TryParseExact(ReadOnlySpan<char> text, out long value) =>
        TryParse(text, long.MaxValue, out value) && (value != long.MaxValue || text.TrimStart('0') is "9223372036854775807");
}
