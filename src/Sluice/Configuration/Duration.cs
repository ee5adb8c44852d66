using System.Globalization;

namespace Sluice.Configuration;

/// <summary>Durations as people write them: "30s", "5m", "1h", "7d", "250ms", "1h30m". A bare number is seconds.</summary>
internal static class Duration
{
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
    ];

    /// <summary>Longest duration taken: a hundred years, so that adding it to a date is always possible.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>Reads a duration. False when the text is none, is negative, or is beyond <see cref="Longest"/>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return false;
        if (!rest.ContainsAnyExceptInRange('0', '9'))
            return TryAdd(rest, TimeSpan.TicksPerSecond, ref duration);
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0)
                return false;
            var number = rest[..digits];
            rest = rest[digits..];
            if (TakeUnit(ref rest) is not { } ticks || !TryAdd(number, ticks, ref duration))
                return false;
        }
        return true;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads back the same one, to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        var text = "";
        var rest = duration.Ticks - (duration.Ticks % TimeSpan.TicksPerMillisecond);
        foreach (var (name, ticks) in (ReadOnlySpan<(string, long)>)[.. Units.AsSpan(1), Units[0]])
        {
            if (rest >= ticks)
                text += $"{rest / ticks}{name}";
            rest %= ticks;
        }
        return text.Length == 0 ? "0s" : text;
    }

    private static long? TakeUnit(ref ReadOnlySpan<char> rest)
    {
        foreach (var (name, ticks) in Units)
        {
            if (!rest.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                continue;
            rest = rest[name.Length..];
            return ticks;
        }
        return null;
    }

    private static bool TryAdd(ReadOnlySpan<char> number, long ticks, ref TimeSpan sum)
    {
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > Longest.Ticks / ticks)
            return false;
        sum += TimeSpan.FromTicks(count * ticks);
        return sum <= Longest;
    }
}
