using System.Text;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Names of instruments and attributes as Prometheus spells them (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility").</summary>
internal static class PrometheusNames
{
    /// <summary>The name of a metric: characters replaced, unit and <c>_total</c> appended where they belong.</summary>
    public static string Metric(string instrument, string unit, PrometheusKind kind)
    {
        var name = Collapse(instrument);
        if (kind == PrometheusKind.Counter && name.EndsWith("_total", StringComparison.Ordinal))
            name = name[..^6];
        // The endings of a histogram's own series mislead on anything else; promtool refuses them.
        if (kind == PrometheusKind.Gauge && name.EndsWith("_count", StringComparison.Ordinal))
            name = name[..^6];

        var suffix = Unit(unit, kind);
        if (suffix.Length > 0 && !$"_{name}_".Contains($"_{suffix}_", StringComparison.Ordinal))
            name = $"{name}_{suffix}";
        return kind == PrometheusKind.Counter ? name + "_total" : name;
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string attribute) => Collapse(attribute).Replace(':', '_');

    private static string Unit(string unit, PrometheusKind kind)
    {
        var bare = WithoutAnnotations(unit);
        if (bare == "1")
            return kind == PrometheusKind.Gauge ? "ratio" : "";
        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return Word(bare);
        var (amount, time) = (Word(bare[..slash]), bare[(slash + 1)..]);
        if (time.Length == 0)
            return amount;
        var per = "per_" + time switch { "s" => "second", "m" or "min" => "minute", "h" => "hour", "d" => "day", _ => Word(time) };
        return amount.Length == 0 ? per : $"{amount}_{per}";
    }

    /// <summary>UCUM codes in the words Prometheus uses.</summary>
    private static string Word(string code) => code switch
    {
        "d" => "days", "h" => "hours", "min" => "minutes", "s" => "seconds", "ms" => "milliseconds", "us" => "microseconds", "ns" => "nanoseconds",
        "By" => "bytes", "KiBy" => "kibibytes", "MiBy" => "mebibytes", "GiBy" => "gibibytes", "TiBy" => "tebibytes",
        "KBy" => "kilobytes", "MBy" => "megabytes", "GBy" => "gigabytes", "TBy" => "terabytes",
        "m" => "meters", "V" => "volts", "A" => "amperes", "J" => "joules", "W" => "watts", "g" => "grams",
        "Cel" => "celsius", "Hz" => "hertz", "%" => "percent", "" => "",
        _ => Collapse(code).Trim('_'),
    };

    /// <summary>Annotations in braces (<c>{request}</c>) are for people and not part of the unit.</summary>
    private static string WithoutAnnotations(string unit)
    {
        while (unit.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open && unit.IndexOf('}', open) is >= 0 and var close)
            unit = unit.Remove(open, close - open + 1);
        return unit.Trim();
    }

    /// <summary>Letters, digits, colon; each run of anything else becomes one underscore, and no digit comes first.</summary>
    private static string Collapse(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
            text.Append('_');
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == ':')
                text.Append(c);
            else if (text.Length == 0 || text[^1] != '_')
                text.Append('_');
        }
        return text.ToString();
    }
}
