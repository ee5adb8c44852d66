using System.Buffers;
using System.Globalization;

namespace Sluice.Video.Options;

/// <summary>Numbers as URLs write them: ASCII digits and at most one point. No sign, no exponent, no NaN, no digits of other scripts.</summary>
internal static class NumberText
{
    private const int MaximumLength = 12;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> DigitsAndPoint = SearchValues.Create("0123456789.");

    /// <summary>Reads a whole number; one too large to be in any range becomes <see cref="int.MaxValue"/>, so that it is out of range rather than malformed.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int value)
    {
        value = int.MaxValue;
        if (text.IsEmpty || text.ContainsAnyExcept(Digits)) return false;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)) value = int.MaxValue;
        return true;
    }

    /// <summary>Reads a number that may have decimals.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out decimal value)
    {
        value = 0;
        return text.Length is > 0 and <= MaximumLength && !text.ContainsAnyExcept(DigitsAndPoint) && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1])
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }
}
