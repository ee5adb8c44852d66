using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sluice.Catalog.Api;

/// <summary>The page /videos: upload by drag and drop, states, player. Nothing but static files; what it shows comes from the API.</summary>
public static class VideosPage
{
    // The player fetches from wherever the edge is, and makes its media of blobs.
    private const string Policy = "default-src 'self'; connect-src *; media-src * blob:; img-src * data:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly string[] Files = ["videos.css", "sluice.svg", "videos.js", "page.js", "card.js", "preview.js", "upload.js", "player.js", "hls.js"];

    /// <summary>Adds /videos and its files.</summary>
    public static void MapVideosPage(this IEndpointRouteBuilder api)
    {
        Map(api, "/videos", "videos.html", "text/html; charset=utf-8");
        foreach (var name in Files)
            Map(api, "/videos/" + name, name, Path.GetExtension(name) switch { ".css" => "text/css; charset=utf-8", ".svg" => "image/svg+xml", _ => "text/javascript; charset=utf-8" });
    }

    /// <summary>True for a path of the page, which holds nothing that would need a token.</summary>
    public static bool Holds(PathString path) => path.StartsWithSegments("/videos");

    private static void Map(IEndpointRouteBuilder api, string path, string name, string type) => api.MapGet(path, (HttpContext context, CancellationToken cancellation) => SendAsync(context, name, type, cancellation)).ExcludeFromDescription();

    private static async Task SendAsync(HttpContext context, string name, string type, CancellationToken cancellation)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        // The player may not have been built in: then the page plays without it.
        await using var file = typeof(VideosPage).Assembly.GetManifestResourceStream("page/" + name) ?? Stream.Null;
        context.Response.ContentLength = file.Length;
        await file.CopyToAsync(context.Response.Body, cancellation);
    }
}
