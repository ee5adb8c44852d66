using System.Text;
using Sluice.Monitoring.Summary;

namespace Sluice.Commands;

/// <summary>Draws the summary: two by two panels above the trend.</summary>
internal static class TopScreen
{
    private const int Half = 34, Whole = (2 * Half) + 1, Cells = 20, TrendCells = 52, AlertLines = 4;
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>The screen, lines ended by a line feed.</summary>
    public static string Draw(MonitoringSummary summary, PanelSet panels, TrendSeries trend)
    {
        var screen = new StringBuilder();
        screen.Append(Fit($"Sluice {summary.Version} on {summary.Node}", Whole - 22)).Append(summary.At.UtcDateTime.ToString("  yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)).Append('\n');
        screen.Append(string.Join("  ", summary.Now.Take(5).Select(fact => $"{fact.Label} {fact.Text}"))).Append("\n\n");
        Alerts(screen, summary);
        Rule(screen, true);
        Pair(screen, [" Cache Performance", "", .. panels.Cache.SelectMany(Rate)], [" Error Rate", "", .. panels.Errors.SelectMany(Rate)]);
        Rule(screen, true);
        Pair(screen, [" Latency (ms)", "", .. panels.Latency.SelectMany(Times)], [" Resource Usage", "", .. panels.Resources.Select(fact => $" {fact.Label}: {fact.Text}")]);
        Rule(screen, true);
        Line(screen, "");
        Line(screen, Center(trend.Period switch { "week" => "Last 7 Days Trend", "month" => "Last 30 Days Trend", _ => "Last 24 Hours Trend" }));
        Line(screen, "");
        Line(screen, $" {"Hit Rate",-12} {Spark(trend.HitRate, 100)}");
        Line(screen, $" {"Latency",-12} {Spark(trend.Latency, null)}");
        Line(screen, $" {"Errors",-12} {Spark(trend.Errors, 1)}");
        Line(screen, $" {"Requests",-12} {Spark(trend.Requests, null)}");
        Rule(screen, false);
        screen.Append(" Saved ").Append(summary.Savings.BytesText).Append(", ").Append(summary.Savings.MoneyText).Append('\n');
        return screen.ToString();
    }

    /// <summary>What is wrong, above all else: a small terminal shows the top of the screen only.</summary>
    private static void Alerts(StringBuilder screen, MonitoringSummary summary)
    {
        var on = summary.Alerts.Where(alert => alert.Resolved is null).OrderBy(alert => alert.Severity == "critical" ? 0 : 1).ToList();
        if (on.Count == 0) return;
        foreach (var alert in on.Take(AlertLines)) screen.Append(alert.Severity.ToUpperInvariant()).Append(' ').Append(alert.Rule).Append(": ").Append(alert.Message).Append('\n');
        if (on.Count > AlertLines) screen.Append("and ").Append(on.Count - AlertLines).Append(" more: sluice alerts\n");
        screen.Append('\n');
    }

    /// <summary>As much as a terminal shows, over what was there before and without flicker. 0 rows or columns: it does not say.</summary>
    public static string Over(string screen, int rows, int columns)
    {
        var lines = screen.TrimEnd('\n').Split('\n').Select(line => columns > 0 && line.Length > columns ? Fit(line, columns) : line);
        return "\u001b[H" + string.Join("\u001b[K\n", rows > 0 ? lines.Take(rows) : lines) + "\u001b[K\u001b[J";
    }

    /// <summary>A bar of twenty cells.</summary>
    public static string Bar(int full) => "[" + new string('█', full) + new string('▒', Cells - full) + "]";

    private static IEnumerable<string> Rate(Gauge gauge) => [$" {gauge.Label}: {gauge.Text}", $" {Bar(gauge.Bar)} {gauge.DeltaText}", ""];

    /// <summary>In one line where it fits.</summary>
    private static IEnumerable<string> Times(Latency times)
    {
        var line = $" Avg: {times.Average} | P95: {times.P95} | P99:{times.P99}";
        return line.Length <= Half ? [$" {times.Label}: {times.Headline}", line, "", ""] : [$" {times.Label}: {times.Headline}", $" Avg: {times.Average}", $" P95: {times.P95} | P99: {times.P99}", ""];
    }

    /// <summary>One character for each stretch of time; a dot where nothing was measured.</summary>
    private static string Spark(IReadOnlyList<double?> values, double? top)
    {
        var highest = Math.Max(top ?? 0, values.Max() ?? 0);
        var line = new char[TrendCells];
        for (var i = 0; i < TrendCells; i++)
        {
            var (from, to) = (i * values.Count / TrendCells, Math.Max((i * values.Count / TrendCells) + 1, (i + 1) * values.Count / TrendCells));
            var mean = values.Skip(from).Take(to - from).Average();
            line[i] = mean is not { } value ? '·' : highest <= 0 ? Levels[0] : Levels[(int)Math.Clamp(value / highest * (Levels.Length - 1), 0, Levels.Length - 1)];
        }

        return new string(line);
    }

    private static void Pair(StringBuilder screen, string[] left, string[] right)
    {
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
            screen.Append('|').Append(Fit(left.ElementAtOrDefault(i) ?? "", Half)).Append('|').Append(Fit(right.ElementAtOrDefault(i) ?? "", Half)).Append("|\n");
    }

    private static void Line(StringBuilder screen, string text) => screen.Append('|').Append(Fit(text, Whole)).Append("|\n");

    private static void Rule(StringBuilder screen, bool split) => screen.Append('+').Append('-', Half).Append(split ? '+' : '-').Append('-', Half).Append("+\n");

    private static string Center(string text) => text.PadLeft((Whole + text.Length) / 2);

    private static string Fit(string text, int width) => text.Length > width ? text[..(width - 1)] + "…" : text.PadRight(width);
}
