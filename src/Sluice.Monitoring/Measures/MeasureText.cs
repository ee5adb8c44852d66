using System.Globalization;

namespace Sluice.Monitoring.Measures;

/// <summary>Numbers as dashboard, <c>sluice top</c> and reports show them (row DSH-08, decision D16). One place, so that all show the same.</summary>
internal static class MeasureText
{
    /// <summary>Cells of a bar.</summary>
    public const int Cells = 20;

    /// <summary>What stands for a value before there is one.</summary>
    public const string None = "–";

    /// <summary>One decimal for rates of use (94.3%), two for errors (0.02%).</summary>
    public static string Percent(double? value, int decimals) => value is { } number ? number.ToString($"F{decimals}", CultureInfo.InvariantCulture) + "%" : None;

    /// <summary>A difference in percentage points, always with its sign; empty when there is nothing to compare with.</summary>
    public static string Delta(double? delta, int decimals)
    {
        if (delta is not { } number) return "";
        var rounded = Math.Round(number, decimals, MidpointRounding.AwayFromZero);
        return (rounded < 0 ? "-" : "+") + Math.Abs(rounded).ToString($"F{decimals}", CultureInfo.InvariantCulture) + "%";
    }

    /// <summary>A time in seconds as milliseconds: whole ones from 10 on, else as many decimals as tell something.</summary>
    public static string Milliseconds(double? seconds) => seconds is not { } number ? None
        : (number * 1000) switch { >= 9.95 and var ms => ms.ToString("N0", CultureInfo.InvariantCulture), >= 0.995 and var ms => ms.ToString("0.#", CultureInfo.InvariantCulture), var ms => ms.ToString("0.###", CultureInfo.InvariantCulture) } + "ms";

    /// <summary>Bytes in decimal units, one decimal: 12.4MB.</summary>
    public static string Bytes(double? bytes)
    {
        if (bytes is not { } number) return None;
        string[] units = ["B", "KB", "MB", "GB", "TB", "PB"];
        var unit = 0;
        for (; Math.Abs(number) >= 999.95 && unit < units.Length - 1; unit++) number /= 1000;
        return number.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + units[unit];
    }

    /// <summary>A count with thousands separators: 1,423.</summary>
    public static string Count(double? count) => count is { } number ? Math.Round(number).ToString("N0", CultureInfo.InvariantCulture) : None;

    /// <summary>A rate by the minute: 32/min.</summary>
    public static string PerMinute(double? count) => count is null ? None : Count(count) + "/min";

    /// <summary>A rate by the second, with a decimal while it is small.</summary>
    public static string PerSecond(double? count) => count is not { } number ? None : number.ToString(number < 9.95 && number > 0 ? "0.0" : "N0", CultureInfo.InvariantCulture) + "/s";

    /// <summary>A price: two decimals, more while it is small.</summary>
    public static string Money(double amount, string currency) => amount.ToString(amount is >= 0.00005 and < 1 ? "0.####" : "N2", CultureInfo.InvariantCulture) + " " + currency;

    /// <summary>Cells of a bar that are full, of 20; a cell is full once its share is reached, so that 94.3 of 100 fill 18.</summary>
    public static int Bar(double? value, double full) => value is { } number ? (int)Math.Clamp(Math.Floor(number / full * Cells), 0, Cells) : 0;
}
