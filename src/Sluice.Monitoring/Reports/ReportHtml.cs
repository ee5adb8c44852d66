using System.Globalization;
using System.Net;
using System.Text;

namespace Sluice.Monitoring.Reports;

/// <summary>A report as a page that needs nothing else: for mail and for keeping.</summary>
public static class ReportHtml
{
    private const int Width = 720, Height = 120;

    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:780px;margin:2rem auto;padding:0 1rem;color:#14202b;background:#fff}h1,li{overflow-wrap:anywhere}h1{font-size:1.35rem;margin:0 0 .3rem}h2{font-size:1rem;margin:1.8rem 0 .5rem}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-top:1px solid #dfe5ea;font-weight:400}td{text-align:right}thead th{color:#5d6b78;font-size:.82rem;border:0}
        thead th+th{text-align:right}table{table-layout:fixed}thead th:first-child{width:43%}td{white-space:nowrap}.ends{display:flex;justify-content:space-between;margin:0;font-size:.82rem}path{stroke-linecap:round}@media(max-width:520px){body{font-size:13px}}.good{color:#0f766e}.bad{color:#c81e1e}.muted{color:#5d6b78}svg{width:100%;height:auto}.lead{font-size:1.05rem}
        @media(prefers-color-scheme:dark){body{color:#e8eef3;background:#0d1319}th,td{border-color:#25303b}.muted,thead th{color:#93a3b1}.good{color:#2dd4bf}.bad{color:#f87171}}
        """;

    /// <summary>The page.</summary>
    public static string Render(Report report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(report.Title)}</title><style>{Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(report.Title)}</h1>\n<p class=\"lead\">{Text(report.Summary)}</p>\n");
        var most = report.Requests.Max() ?? 0;
        Chart(page, report, "Hit rate, 0 to 100%", report.HitRate, 100, "#0f766e");
        Chart(page, report, FormattableString.Invariant($"Requests, 0 to {most:N0} {Summary.Period.Find(report.Period)?.StepText}"), report.Requests, most, "#7c3aed");
        foreach (var group in report.Lines.GroupBy(line => line.Group))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(group.Key)}</h2><table><thead><tr><th></th><th>now</th><th>before</th><th>target</th></tr></thead><tbody>\n");
            foreach (var line in group)
                page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Text(line.Label)}</th><td class=\"{line.Tone}\">{Text(line.Text)}</td><td class=\"muted\">{Text(line.Before)}</td><td class=\"muted\">{Text(line.Target)}</td></tr>\n");
            page.Append("</tbody></table>\n");
        }

        List(page, "Got worse", report.Regressions, "Nothing, against the period before.");
        List(page, "Alerts", [.. report.Alerts.Select(AlertLine)], "None.");
        List(page, "What could be done", report.Advice, "Nothing stands out.");
        List(page, "Hottest objects", [.. report.Hottest.Select(hot => FormattableString.Invariant($"{hot.Path}: about {hot.Requests:N0} hits"))], "None yet.");
        return page.Append("</body></html>\n").ToString();
    }

    /// <summary>An alert of a report in one line: since when, how bad, whether it is over.</summary>
    public static string AlertLine(Summary.AlertItem alert)
    {
        var over = alert.Resolved is { } end ? FormattableString.Invariant($"over at {end.UtcDateTime:yyyy-MM-dd HH:mm}") : "still on";
        return FormattableString.Invariant($"{alert.Started.UtcDateTime:yyyy-MM-dd HH:mm} {alert.Severity}, {over}: {alert.Rule}. {alert.Message}");
    }

    private static void List(StringBuilder page, string title, IReadOnlyList<string> items, string empty)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2>");
        if (items.Count == 0) page.Append(CultureInfo.InvariantCulture, $"<p class=\"muted\">{empty}</p>\n");
        else page.Append("<ul>").AppendJoin("", items.Select(item => $"<li>{Text(item)}</li>")).Append("</ul>\n");
    }

    private static void Chart(StringBuilder page, Report report, string title, IReadOnlyList<double?> values, double top, string color)
    {
        if (!values.Any(value => value is not null) || top <= 0) return;
        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{title}\"><path fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" d=\"");
        var isDrawing = false;
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is { } value)
                page.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{i * (double)Width / Math.Max(1, values.Count - 1):0.#} {Height - 4 - (value / top * (Height - 8)):0.#}{(isDrawing ? "" : "h0")}"); // a single value is a dot
            isDrawing = values[i] is not null;
        }

        page.Append(CultureInfo.InvariantCulture, $"\"/></svg><p class=\"ends muted\"><span>{report.From:yyyy-MM-dd HH:mm}</span><span>{report.To:yyyy-MM-dd HH:mm} UTC</span></p>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
