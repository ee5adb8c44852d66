using System.Text;
using Microsoft.Net.Http.Headers;
using Sluice.Monitoring;

namespace Sluice.Api;

/// <summary>The dashboard's files. They hold no data, so they need no token; the page asks for it where the API has one.</summary>
internal static class DashboardEndpoints
{
    private const string Missing = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sluice</title>
        <h1>Sluice runs; its dashboard was not built</h1>
        <p>The dashboard is built with the program where Node 20 or later is installed. To get it: install Node (Debian: <code>apt-get install nodejs npm</code>),
        delete the folder <code>artifacts</code>, and start <code>./sluice</code> again.</p>
        <p>Without it: <code>sluice top</code> shows the same in a terminal, <a href="/v1/monitoring/summary">/v1/monitoring/summary</a> as JSON, and <a href="/metrics">/metrics</a> to Prometheus.</p></html>
        """;

    /// <summary>Adds / and /dashboard/….</summary>
    public static void MapDashboard(this IEndpointRouteBuilder api)
    {
        api.MapGet("/", (HttpContext context) => Send(context, "index.html")).ExcludeFromDescription();
        api.MapGet("/dashboard/{file}", (HttpContext context, string file) => Send(context, file)).ExcludeFromDescription();
    }

    /// <summary>True for the paths of the page itself.</summary>
    public static bool IsPage(HttpRequest request) => HttpMethods.IsGet(request.Method) && (request.Path == "/" || request.Path.StartsWithSegments("/dashboard"));

    private static IResult Send(HttpContext context, string file)
    {
        // The page runs nothing and asks nobody but this server.
        context.Response.Headers[HeaderNames.ContentSecurityPolicy] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        // Names of assets change with their content.
        if (file != "index.html") context.Response.Headers[HeaderNames.CacheControl] = "private, max-age=31536000, immutable";
        if (Dashboard.Find(file) is { } found) return TypedResults.Bytes(found.Bytes, found.Type);
        if (file == "index.html") return TypedResults.Text(Missing, "text/html", Encoding.UTF8);
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return new ProblemResult(404, "There is no such file; reload the page.");
    }
}
