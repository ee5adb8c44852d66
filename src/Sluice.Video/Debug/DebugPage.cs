using System.Text;
using System.Text.Encodings.Web;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Debug;

/// <summary>A report as a page (rows U078, U081): panels, the decisions in order, and the media itself. It holds no script, and every value is encoded.</summary>
public static class DebugPage
{
    /// <summary>Value of Content-Security-Policy for the page: its own style, and media from the same server.</summary>
    public const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Style = """
        :root{color-scheme:light dark;--line:#8885;--soft:#8881;--accent:light-dark(#0b57d0,#8ab4f8)}
        *{box-sizing:border-box}body{margin:0;padding:1.5rem;font:15px/1.45 system-ui,sans-serif;max-width:90rem;margin-inline:auto}
        h1{font-size:1.25rem;margin:0 0 .25rem}h2{font-size:1rem;margin:0 0 .5rem}p{margin:.25rem 0}
        code,td,dd{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere}
        .why{border-left:.25rem solid var(--accent);padding:.25rem .75rem;background:var(--soft)}
        main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));gap:1rem;margin-top:1rem}
        section{border:1px solid var(--line);border-radius:.5rem;padding:1rem;min-width:0}.wide{grid-column:1/-1}
        table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:500;padding:.15rem .75rem .15rem 0;vertical-align:top;white-space:nowrap}td{padding:.15rem 0}
        ol{margin:0;padding-left:1.25rem;overflow-wrap:anywhere}.media{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr));gap:1rem}figure{margin:0}
        video,img,audio{max-width:100%;background:#0003;border-radius:.25rem}figcaption{font-size:.85rem}a{color:var(--accent)}
        """;

    /// <summary>The page, in UTF-8.</summary>
    public static byte[] Render(DebugReport report)
    {
        var html = new StringBuilder(8192);
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>");
        Text(html, $"Sluice: {report.Path}").Append("</title><style>").Append(Style).Append("</style></head><body><header><h1>How this request was understood</h1><p><code>");
        Text(html, report.ShownUrl).Append("</code></p><p class=\"why\">");
        Text(html, Summary(report)).Append("</p></header><main>");
        foreach (var (title, rows) in DebugPanels.Of(report))
            if (rows.Count > 0) Panel(html, title, rows);
        List(html, "Decisions", report.Plan.Trace.Select(step => $"{step.Category}: {step.Message}"));
        List(html, "Warnings", report.Plan.Warnings);
        Media(html, report);
        return Encoding.UTF8.GetBytes(html.Append("</main></body></html>").ToString());
    }

    private static string Summary(DebugReport report) => report.Plan switch
    {
        { Kind: VideoPlanKind.PassThrough } => "The request asks for no variant; it passes as it is.",
        { Kind: VideoPlanKind.Original } => "The request asks for nothing that changes the bytes; it gets the source itself.",
        { Kind: VideoPlanKind.Refused, Error: { } error } => $"Refused with {error.Status} {error.Code}: {error.Message}",
        { Options: { Derivative: { } name } } => $"The variant is the derivative {name}; its answer was {report.Outcome ?? "not asked for"}.",
        _ => $"The variant is made of the options asked for; its answer was {report.Outcome ?? "not asked for"}.",
    };

    private static void Panel(StringBuilder html, string title, IReadOnlyList<(string Name, string Value)> rows)
    {
        Text(html.Append("<section><h2>"), title).Append("</h2><table>");
        foreach (var (name, value) in rows) Text(Text(html.Append("<tr><th scope=\"row\">"), name).Append("</th><td>"), value).Append("</td></tr>");
        html.Append("</table></section>");
    }

    private static void List(StringBuilder html, string title, IEnumerable<string> lines)
    {
        var items = lines.ToList();
        if (items.Count == 0) return;
        Text(html.Append("<section class=\"wide\"><h2>"), title).Append("</h2><ol>");
        foreach (var line in items) Text(html.Append("<li>"), line).Append("</li>");
        html.Append("</ol></section>");
    }

    private static void Media(StringBuilder html, DebugReport report)
    {
        if (report.Plan.Options is not { } options) return;
        html.Append("<section class=\"wide\"><h2>Live preview</h2><div class=\"media\">");
        Figure(html, "as asked", report.MediaUrl, options);
        Figure(html, "original", DebugText.Local(report.Plan.SourcePath), new VideoOptions { Format = "" });
        html.Append("</div></section>");
    }

    private static void Figure(StringBuilder html, string caption, string url, VideoOptions options)
    {
        html.Append("<figure>");
        if (options.Format == "vtt") html.Append("<p>A list of pictures, for players.</p>");
        else if (options.Mode is VideoMode.Frame or VideoMode.SpriteSheet) Text(html.Append("<img alt=\"\" src=\""), url).Append("\">");
        else if (options.Mode == VideoMode.Audio) Text(html.Append("<audio controls preload=\"metadata\" src=\""), url).Append("\"></audio>");
        else Text(html.Append("<video controls playsinline preload=\"metadata\"").Append(options.Loop ? " loop" : "").Append(options.Muted ? " muted" : "").Append(" src=\""), url).Append("\"></video>");
        Text(Text(html.Append("<figcaption><a href=\""), url).Append("\">"), caption).Append("</a></figcaption></figure>");
    }

    private static StringBuilder Text(StringBuilder html, string text) => html.Append(HtmlEncoder.Default.Encode(text));
}
