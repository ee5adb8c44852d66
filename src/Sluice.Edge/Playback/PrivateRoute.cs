using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Sluice.Edge.Fields;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Playback;

/// <summary>Requests of a private route: the token is checked and taken off, so that all viewers share one stored object; manifests are rewritten on their way out.</summary>
internal static partial class PrivateRoute
{
    /// <summary>More than any manifest has. A few kilobytes may unpack to gigabytes, and anything may have a manifest's name.</summary>
    private const int MostText = 16 << 20;

    private static readonly string[] NotForManifests = [HeaderNames.AcceptEncoding, HeaderNames.Range, HeaderNames.IfRange, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince, HeaderNames.IfMatch, HeaderNames.IfUnmodifiedSince];

    /// <summary>Serves one by <paramref name="serve"/>, which answers as for a public route.</summary>
    public static async Task ServeAsync(HttpContext context, ActiveRoute route, RequestTarget target, EdgeCounters counters, Func<RequestTarget, Task> serve)
    {
        var tokens = route.Route.Playback!;
        var (token, rest) = Take(target.Query);
        if (tokens.Check(target.Path, token, out var reason) is not { } depth)
        {
            // A player on another site has to see that its token is over, to get another: without the field it sees no answer at all.
            await Refusal.SendAsync(context, StatusCodes.Status403Forbidden, "Not for this viewer.", reason, counters, allowOrigin: route.Policy.AllowOrigin);
            return;
        }
        context.Response.OnStarting(KeepToViewerAsync, context.Response);
        var shared = target with { Query = rest };
        // The index of a sprite sheet is asked for by the video's own name (?mode=spritesheet&format=vtt): what comes tells whether it is one.
        if (SignedManifest.Is(target.Path) || AsksForIndex().IsMatch(rest)) await RewriteAsync(context, target.Path, tokens.Sign(target.Path, depth), () => serve(shared));
        else await serve(shared);
    }

    // As a word: the signature of a video's URL may have these letters too, and a video is asked for in ranges.
    [GeneratedRegex("(?<![a-z0-9])vtt(?![a-z0-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AsksForIndex();

    // A cache between here and the viewer would answer beyond the token's time, and one that leaves queries out of its keys everybody. What is for such caches alone says nothing then.
    private static Task KeepToViewerAsync(object response)
    {
        var headers = ((HttpResponse)response).Headers;
        TargetedCacheControl.RemoveAll(headers);
        var told = headers.CacheControl.ToString();
        // Names of fields in quotes may have commas between them; such an answer is asked about each time.
        headers.CacheControl = told.Contains('"', StringComparison.Ordinal)
            ? told.Contains("no-store", StringComparison.OrdinalIgnoreCase) ? "private, no-store" : "private, no-cache"
            : string.Join(", ", ["private", .. told.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(static directive => !IsForSharedCaches(directive))]);
        return Task.CompletedTask;
    }

    private static bool IsForSharedCaches(string directive) =>
        directive.Equals("public", StringComparison.OrdinalIgnoreCase) || directive.Equals("private", StringComparison.OrdinalIgnoreCase)
        || directive.StartsWith("s-maxage", StringComparison.OrdinalIgnoreCase) || directive.Equals("proxy-revalidate", StringComparison.OrdinalIgnoreCase);

    /// <summary>What all viewers share of what one asks for: on a private route the token is left out.</summary>
    public static RequestTarget SharedPart(ActiveRoute route, RequestTarget target) => route.Route.Playback is null ? target : target with { Query = Take(target.Query).Others };

    /// <summary>Why a viewer who asks for just that is refused; null where nobody is, and where the target has no token at all, which each viewer adds.</summary>
    public static string? WhyRefused(ActiveRoute route, RequestTarget target) =>
        route.Route.Playback is { } tokens && Take(target.Query).Token is { } token && tokens.Check(target.Path, token, out var reason) is null ? reason : null;

    // The viewer's part of a query, and the object's.
    private static (string? Token, string Others) Take(string query)
    {
        string? token = null;
        var rest = new StringBuilder();
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith(PlaybackTokens.Parameter + "=", StringComparison.Ordinal)) token = part[(PlaybackTokens.Parameter.Length + 1)..];
            else rest.Append(rest.Length == 0 ? '?' : '&').Append(part);
        }
        return (token, rest.ToString());
    }

    private static async Task RewriteAsync(HttpContext context, string path, string token, Func<Task> serve)
    {
        // It is the whole text that is rewritten, whatever part or form of it was asked for.
        foreach (var name in NotForManifests) context.Request.Headers.Remove(name);
        var isHead = HttpMethods.IsHead(context.Request.Method);
        if (isHead) context.Request.Method = HttpMethods.Get;
        var (response, original) = (context.Response, context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        await using var captured = new CapturedBody(original.Stream, MostText);
        response.Body = captured;
        try
        {
            await serve();
            await response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            context.Features.Set(original);
            if (isHead) context.Request.Method = HttpMethods.Head;
        }
        if (captured.Kept is not { } body) return;
        if (response.StatusCode == StatusCodes.Status200OK && (SignedManifest.Is(path) || response.ContentType?.StartsWith("text/vtt", StringComparison.OrdinalIgnoreCase) == true) && TextOf(body, response.Headers.ContentEncoding.ToString()) is { } text)
        {
            body = Encoding.UTF8.GetBytes(SignedManifest.Write(path, text, token));
            var headers = response.Headers;
            headers.Remove(HeaderNames.ContentEncoding);
            headers.CacheControl = "private, no-store";
            foreach (var name in (string[])[HeaderNames.ETag, HeaderNames.LastModified, HeaderNames.AcceptRanges, HeaderNames.Age, HeaderNames.Expires, "CDN-Cache-Control"]) headers.Remove(name);
            headers.ContentLength = body.Length;
        }
        if (!isHead) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Some origins hold manifests compressed and send them so whatever is accepted. Null for another coding, and for what is not what it says.</summary>
    public static string? TextOf(byte[] body, string coding)
    {
        if (coding.Length == 0) return TextOf(body);
        if (!coding.Equals("gzip", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            using var packed = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
            using var text = new MemoryStream();
            var piece = new byte[64 << 10];
            for (int count; (count = packed.Read(piece)) > 0; text.Write(piece, 0, count))
                if (text.Length + count > MostText) return null;
            return TextOf(text.GetBuffer().AsSpan(0, (int)text.Length));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    // Some editors begin a file with a mark of its coding, which players leave out.
    private static string TextOf(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8).TrimStart('\uFEFF');
}
