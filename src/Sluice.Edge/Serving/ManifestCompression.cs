using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Sends manifests compressed: text that every viewer fetches, unlike the media it lists. The compressed bytes are kept with the object.</summary>
internal static class ManifestCompression
{
    public const long MaximumBytes = 1 << 20;

    public static bool Accepts(IHeaderDictionary request)
    {
        foreach (var line in request.AcceptEncoding)
            foreach (var member in line!.Split(','))
            {
                var semicolon = member.IndexOf(';', StringComparison.Ordinal);
                var name = (semicolon < 0 ? member : member[..semicolon]).Trim();
                if (name is not ("gzip" or "*")) continue;
                var weight = semicolon < 0 ? "" : member[(semicolon + 1)..].Replace(" ", "", StringComparison.Ordinal);
                return !weight.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) || weight.AsSpan(3).IndexOfAnyInRange('1', '9') >= 0;
            }

        return false;
    }

    public static async Task SendAsync(HttpContext context, CachedObject stored, RenderedHead head, Asker asker, EdgeCounters counters, Verdict verdict)
    {
        var bytes = head.Ordinary.Compressed ??= await CompressAsync(context, stored, asker);
        var response = context.Response;
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Remove("Accept-Ranges");
        // Other bytes than the stored ones: the tag stays usable for If-None-Match and no longer promises equality byte by byte.
        if (head.ETag is { } tag && !tag.StartsWith("W/", StringComparison.Ordinal)) response.Headers.ETag = "W/" + tag;
        response.ContentLength = bytes.Length;
        counters.Count(verdict.Outcome, HttpMethods.IsHead(context.Request.Method) ? 0 : bytes.Length);
        if (!HttpMethods.IsHead(context.Request.Method)) await response.BodyWriter.WriteAsync(bytes);
    }

    private static async Task<byte[]> CompressAsync(HttpContext context, CachedObject stored, Asker asker)
    {
        using var buffer = new MemoryStream();
        using var reader = stored.OpenFor(0, stored.Metadata.Length ?? long.MaxValue, asker.SourceOf);
        await using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        {
            while (true)
            {
                using var piece = await reader.ReadAsync(context.RequestAborted);
                if (piece.Length == 0) break;
                gzip.Write(piece.Span);
            }
        }

        return buffer.ToArray();
    }
}
