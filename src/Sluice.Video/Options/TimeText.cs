using System.Globalization;

namespace Sluice.Video.Options;

/// <summary>Times as URLs write them: "2s", "1.5m" (row U008), and "1:30" or "1:02:03.5". To the hundredth of a second, so that near-equal times are one variant.</summary>
internal static class TimeText
{
    private const int MaximumLength = 16;

    /// <summary>Reads one; false for anything else, "5" without a unit included.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        if (text.Length is < 2 or > MaximumLength) return false;
        decimal seconds;
        if (text.Contains(':'))
        {
            if (!TryParseClock(text, out seconds)) return false;
        }
        else
        {
            if (text[^1] is not ('s' or 'm') || !NumberText.TryParse(text[..^1], out seconds)) return false;
            if (text[^1] == 'm') seconds *= 60;
        }
        // Beyond this it is out of every range, and the sum below might not fit.
        if (seconds > int.MaxValue) seconds = int.MaxValue;
        time = TimeSpan.FromMilliseconds((long)Math.Round(seconds * 100, MidpointRounding.AwayFromZero) * 10);
        return true;
    }

    /// <summary>The one way to write it: seconds, with up to two decimals.</summary>
    public static string Format(TimeSpan time) => time.TotalSeconds.ToString("0.##", CultureInfo.InvariantCulture) + "s";

    private static bool TryParseClock(ReadOnlySpan<char> text, out decimal seconds)
    {
        seconds = 0;
        var parts = 0;
        foreach (var range in text.Split(':'))
        {
            var part = text[range];
            if (++parts > 3 || !NumberText.TryParse(part, out decimal value)) return false;
            // Only the last may have decimals; all but the first stay below 60.
            if (parts > 1 && (value >= 60 || seconds != decimal.Truncate(seconds))) return false;
            seconds = (seconds * 60) + value;
        }
        return parts > 1;
    }
}
