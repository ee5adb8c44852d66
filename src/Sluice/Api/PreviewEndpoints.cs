using Sluice.Configuration;
using Sluice.Core.Tags;
using Sluice.Edge.Playback;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Hosting;
using Sluice.Video.Access;
using Sluice.Video.Derivatives;
using Sluice.Video.Planning;

namespace Sluice.Api;

/// <summary>The page at /preview: pick a video, change what is asked for, see URL, size, times and the result beside the original.</summary>
internal static class PreviewEndpoints
{
    /// <summary>How many videos the page offers; others are typed.</summary>
    private const int MostSources = 200;

    private static readonly TimeSpan SignedFor = TimeSpan.FromHours(1);

    /// <summary>Adds the page. Its files hold no data and so need no token; what it shows does.</summary>
    public static void MapPreview(this IEndpointRouteBuilder api, SluiceOptions options)
    {
        api.MapGet("/preview", (HttpContext context, ServerState state) => SendAsync(context, "preview.html", "text/html; charset=utf-8", EdgeOf(context.Request, options, state))).ExcludeFromDescription();
        api.MapGet("/preview/preview.css", (HttpContext context) => SendAsync(context, "preview.css", "text/css; charset=utf-8", "")).ExcludeFromDescription();
        api.MapGet("/preview/preview.js", (HttpContext context) => SendAsync(context, "preview.js", "text/javascript; charset=utf-8", "")).ExcludeFromDescription();
        api.MapGet("/preview/data", (HttpContext context, ServerState state) => DataAsync(context, state, options)).ExcludeFromDescription();
        api.MapGet("/preview/target", (string path, string? query, TimeProvider time) => Sign(path, query ?? "", options, time)).ExcludeFromDescription();
    }

    /// <summary>True for the files of the page.</summary>
    public static bool IsFile(PathString path) => path.Value is "/preview" or "/preview/preview.css" or "/preview/preview.js";

    private static async Task<IResult> DataAsync(HttpContext context, ServerState state, SluiceOptions options)
    {
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var stored = await engine.Cache.FindAsync(PurgeKind.Prefix, "/", context.RequestAborted);
        var sources = stored.Select(found => found.Metadata.Source).Where(path => VideoPolicy.DefaultExtensions.Contains(Path.GetExtension(path))).Distinct().Order(StringComparer.Ordinal).Take(MostSources);
        var derivatives = options.Video.Derivatives.OrderBy(d => d.Key, StringComparer.Ordinal).ToDictionary(d => d.Key, d => DerivativeText.Format(d.Value));
        return TypedResults.Json(new PreviewAnswer(EdgeOf(context.Request, options, state), [.. sources], derivatives), ApiJson.Wire.PreviewAnswer);
    }

    /// <summary>What to ask the edge for: signed, and with a token, where the route wants that. Whoever may call the API may have any variant made with it, and the URL ends in an hour.</summary>
    private static IResult Sign(string path, string query, SluiceOptions options, TimeProvider time)
    {
        if (!EdgeTarget.TryNormalise(path, out var target, out var reason)) return new ProblemResult(400, $"The path is none: {reason}");
        var route = options.Routes.Find(route => new PathPattern(route.Pattern).Matches(target));
        var key = route is not null && query.Length > 0 && VideoSetup.Policy(options.Video, route.Video).SigningKeys is [var first, ..] ? first : null;
        var asked = key is null ? query : UrlSignature.Sign(target, query, key, time.GetUtcNow() + SignedFor);
        if (route?.PlaybackKey is not { } playback) return TypedResults.Json(new PreviewTarget(target + asked, key?.Id, null), ApiJson.Wire.PreviewTarget);
        var token = $"{PlaybackTokens.Parameter}={new PlaybackTokens(playback, SignedFor, time).ForFolderOf(target)}";
        return TypedResults.Json(new PreviewTarget($"{target}{asked}{(asked.Length == 0 ? '?' : '&')}{token}", key?.Id, $"{target}?{token}"), ApiJson.Wire.PreviewTarget);
    }

    /// <summary>The edge is on another port of the host that the browser asked, unless the configuration says where it is.</summary>
    private static string EdgeOf(HttpRequest request, SluiceOptions options, ServerState state)
    {
        if (options.Edge.BaseUrl is { } url) return url.ToString().TrimEnd('/');
        var isSecure = options.Edge.Tls is { Certificate: not null, Listen: null };
        var host = request.Host.Host;
        return $"{(isSecure ? "https" : "http")}://{(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host)}:{state.EdgePort}";
    }

    private static async Task SendAsync(HttpContext context, string name, string type, string edge)
    {
        var headers = context.Response.Headers;
        headers.ContentType = type;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {edge}; img-src {edge}; media-src {edge}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        await using var file = typeof(PreviewEndpoints).Assembly.GetManifestResourceStream("pages/" + name)!;
        context.Response.ContentLength = file.Length;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
