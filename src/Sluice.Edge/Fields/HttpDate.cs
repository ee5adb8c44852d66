using System.Globalization;

namespace Sluice.Edge.Fields;

/// <summary>HTTP dates (RFC 9110 section 5.6.7): IMF-fixdate, and for reading the obsolete RFC 850 and asctime forms.</summary>
/// <remarks>
/// Strict in shape (digits, spaces, dashes, comma and GMT where the grammar has them), lenient in letter case. The day name must be one,
/// but need not be the right one: it carries nothing the date does not. A second of 60 is legal and runs into the next minute.
/// </remarks>
internal static class HttpDate
{
    private const int FixdateLength = 29;

    private static readonly string[] ShortDays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] LongDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>As <see cref="TryParse(ReadOnlySpan{char}, DateTimeOffset, out DateTimeOffset)"/>, for callers without a clock: two-digit years are 1969 to 2068, as POSIX reads them.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset date) =>
        TryParse(text, new DateTimeOffset(2018, 12, 31, 23, 59, 59, TimeSpan.Zero), out date);

    /// <summary>Reads a date; a two-digit year more than 50 years after <paramref name="now"/> is the one a century before.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, DateTimeOffset now, out DateTimeOffset date)
    {
        text = text.Trim(" \t");
        var comma = text.IndexOf(',');
        if (comma < 0) return TryAsctime(text, out date);
        return comma == 3 ? TryFixdate(text, out date) : TryRfc850(text, comma, now, out date);
    }

    /// <summary>As an IMF-fixdate in whole seconds, the only form to be sent.</summary>
    public static string Format(DateTimeOffset date) => date.ToUniversalTime().ToString("r", CultureInfo.InvariantCulture);

    // Sun, 06 Nov 1994 08:49:37 GMT
    private static bool TryFixdate(ReadOnlySpan<char> text, out DateTimeOffset date)
    {
        date = default;
        return text.Length == FixdateLength && IndexOf(ShortDays, text[..3]) >= 0
            && text[4] == ' ' && text[7] == ' ' && text[11] == ' ' && text[16] == ' '
            && TryNumber(text.Slice(5, 2), out var day) && TryNumber(text.Slice(12, 4), out var year)
            && IsGmt(text[25..]) && TryBuild(year, text.Slice(8, 3), day, text.Slice(17, 8), out date);
    }

    // Sunday, 06-Nov-94 08:49:37 GMT
    private static bool TryRfc850(ReadOnlySpan<char> text, int comma, DateTimeOffset now, out DateTimeOffset date)
    {
        date = default;
        var rest = text[(comma + 1)..];
        if (rest.Length != 23 || IndexOf(LongDays, text[..comma]) < 0
            || rest[0] != ' ' || rest[3] != '-' || rest[7] != '-' || rest[10] != ' '
            || !TryNumber(rest.Slice(1, 2), out var day) || !TryNumber(rest.Slice(8, 2), out var year) || !IsGmt(rest[19..]))
            return false;

        var latest = now.UtcDateTime.Year + 50;
        year += latest / 100 * 100;
        if (year > latest) year -= 100;
        if (!TryBuild(year, rest.Slice(4, 3), day, rest.Slice(11, 8), out date)) return false;
        if (year == latest && date > now.AddYears(50)) return TryBuild(year - 100, rest.Slice(4, 3), day, rest.Slice(11, 8), out date);
        return true;
    }

    // Sun Nov  6 08:49:37 1994
    private static bool TryAsctime(ReadOnlySpan<char> text, out DateTimeOffset date)
    {
        date = default;
        if (text.Length != 24 || IndexOf(ShortDays, text[..3]) < 0
            || text[3] != ' ' || text[7] != ' ' || text[10] != ' ' || text[19] != ' ') return false;
        var day = text[8] == ' ' ? text.Slice(9, 1) : text.Slice(8, 2);
        return TryNumber(day, out var number) && TryNumber(text[20..], out var year)
            && TryBuild(year, text.Slice(4, 3), number, text.Slice(11, 8), out date);
    }

    private static bool TryBuild(int year, ReadOnlySpan<char> monthName, int day, ReadOnlySpan<char> time, out DateTimeOffset date)
    {
        date = default;
        var month = IndexOf(Months, monthName) + 1;
        if (month == 0 || year < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (time[2] != ':' || time[5] != ':' || !TryNumber(time[..2], out var hour) || !TryNumber(time.Slice(3, 2), out var minute)
            || !TryNumber(time[6..], out var second) || hour > 23 || minute > 59 || second > 60) return false;
        var whole = new DateTimeOffset(year, month, day, hour, minute, Math.Min(second, 59), TimeSpan.Zero);
        date = second == 60 && whole < DateTimeOffset.MaxValue.AddSeconds(-1) ? whole.AddSeconds(1) : whole;
        return true;
    }

    private static bool IsGmt(ReadOnlySpan<char> zone) => zone.Equals(" GMT", StringComparison.OrdinalIgnoreCase);

    private static bool TryNumber(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = value * 10 + (c - '0');
        }
        return true;
    }

    private static int IndexOf(string[] names, ReadOnlySpan<char> name)
    {
        for (var i = 0; i < names.Length; i++)
            if (name.Equals(names[i], StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }
}
