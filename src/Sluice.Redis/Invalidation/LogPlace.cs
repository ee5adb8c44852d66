using System.Globalization;

namespace Sluice.Redis.Invalidation;

/// <summary>A place in the log of purges: the id of a Redis stream entry, milliseconds and a number.</summary>
internal readonly record struct LogPlace(long Milliseconds, long Number) : IComparable<LogPlace>
{
    /// <summary>Before every entry.</summary>
    public static readonly LogPlace Start;

    public static LogPlace Parse(string? text)
    {
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        return dash > 0 && long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new(milliseconds, number) : Start;
    }

    public int CompareTo(LogPlace other) => Milliseconds != other.Milliseconds ? Milliseconds.CompareTo(other.Milliseconds) : Number.CompareTo(other.Number);

    public static bool operator <(LogPlace left, LogPlace right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPlace left, LogPlace right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPlace left, LogPlace right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPlace left, LogPlace right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Number}");
}
