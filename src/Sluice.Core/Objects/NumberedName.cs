using System.Globalization;

namespace Sluice.Core.Objects;

/// <summary>A name with a number in it, as segments have: <c>seg_007.ts</c> follows <c>seg_006.ts</c>.</summary>
public sealed class NumberedName
{
    // More digits are no count but a time or a hash, and do not fit.
    private const int MaximumDigits = 15;

    private readonly string before, after;
    private readonly long number;
    private readonly int digits;

    private NumberedName(string path, int start, int end)
    {
        (before, after, digits) = (path[..start], path[end..], end - start);
        number = long.Parse(path.AsSpan(start, digits), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>What the names of its sequence have in common, with <c>*</c> for the number.</summary>
    public string Pattern => $"{before}*{after}";

    /// <summary>Its place in the sequence.</summary>
    public long Number => number;

    /// <summary>The numbers in the last part of a path, last first. The ending is left out: the 4 of .mp4 counts nothing.</summary>
    public static IEnumerable<NumberedName> ReadAll(string path)
    {
        var name = path.LastIndexOf('/') + 1;
        var dot = path.LastIndexOf('.');
        var end = dot > name ? dot : path.Length;
        while (true)
        {
            while (end > name && !char.IsAsciiDigit(path[end - 1])) end--;
            var start = end;
            while (start > name && char.IsAsciiDigit(path[start - 1])) start--;
            if (start == end) yield break;
            var first = Math.Min(end, start + Escaped(path, start));
            if (first < end && end - first <= MaximumDigits) yield return new(path, first, end);
            end = start;
        }
    }

    /// <summary>The name so many places further on.</summary>
    public string Next(int steps) => Name(number + steps, digits);

    /// <summary>The names it may have so many places before: what comes before <c>seg_10</c> is <c>seg_9</c> or <c>seg_09</c>. None before 0.</summary>
    public IEnumerable<string> Former(int steps)
    {
        var former = number - steps;
        if (former < 0) yield break;
        yield return Name(former, digits);
        if (Length(number) == digits && Length(former) < digits)
            yield return Name(former, 1);
    }

    // "part 9" is part%209 in a path, which does not come before part%210.
    private static int Escaped(string path, int start) => start > 0 && path[start - 1] == '%' ? 2 : start > 1 && path[start - 2] == '%' ? 1 : 0;

    private static int Length(long place) => place.ToString(CultureInfo.InvariantCulture).Length;

    private string Name(long place, int width) => before + place.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0') + after;
}
