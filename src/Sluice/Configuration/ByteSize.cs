using System.Globalization;

namespace Sluice.Configuration;

/// <summary>Sizes as people write them: "256MB", "10GB", "1.5GiB", "4096". KB, MB, GB and TB are powers of 1000; KiB, MiB, GiB and TiB powers of 1024; a bare number is bytes.</summary>
internal static class ByteSize
{
    private static readonly (string Name, decimal Bytes)[] Units =
    [
        ("TiB", 1099511627776m), ("GiB", 1073741824m), ("MiB", 1048576m), ("KiB", 1024m),
        ("TB", 1e12m), ("GB", 1e9m), ("MB", 1e6m), ("KB", 1e3m), ("B", 1m),
    ];

    /// <summary>Reads a size. False when the text is none, is negative, or is not a whole number of bytes below 2^63.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.AsSpan().Trim();
        var factor = 1m;
        foreach (var (name, value) in Units)
        {
            if (!number.EndsWith(name, StringComparison.OrdinalIgnoreCase))
                continue;
            number = number[..^name.Length].TrimEnd();
            factor = value;
            break;
        }
        if (number.Length > 20 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return false;
        if (count > long.MaxValue / factor)
            return false;
        var product = count * factor;
        if (product != decimal.Truncate(product))
            return false;
        bytes = (long)product;
        return true;
    }

    /// <summary>Writes a size so that <see cref="TryParse"/> reads back the same number, in the largest unit that divides it.</summary>
    public static string Format(long bytes)
    {
        foreach (var (name, value) in Units)
            if (bytes != 0 && bytes % value == 0)
                return $"{bytes / (long)value}{name}";
        return "0";
    }

    /// <summary>Writes a size for reading: three digits at most, in binary units.</summary>
    public static string Display(long bytes)
    {
        foreach (var (name, value) in Units.AsSpan(0, 4))
            if (bytes >= value)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / value:0.##} {name}");
        return $"{bytes} B";
    }
}
