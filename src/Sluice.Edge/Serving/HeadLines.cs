using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sluice.Core.Objects;

namespace Sluice.Edge.Serving;

/// <summary>The header fields that every reply made from one object version has.</summary>
internal static class HeadLines
{
    private const string Exposed = "Accept-Ranges, Age, Cache-Status, Content-Length, Content-Range, ETag, X-Cache-Status";

    public static KeyValuePair<string, StringValues>[] Render(RenderedHead head)
    {
        var metadata = head.Metadata;
        var lines = new List<KeyValuePair<string, StringValues>>();
        // The id of the request that filled the cache says nothing about the one that is answered (row DBG-07).
        foreach (var group in metadata.Headers.Where(line => !line.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase)).GroupBy(line => line.Key, StringComparer.OrdinalIgnoreCase))
        {
            string[] values = [.. group.Select(line => line.Value)];
            lines.Add(new(group.Key, values is [var one] ? new(one) : new(values)));
        }

        if (metadata.Status == 200 && metadata.Length is not null) lines.Add(new(HeaderNames.AcceptRanges, "bytes"));
        if (head.IsManifest) Add(lines, HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (head.AllowOrigin is { } allowed && !metadata.Headers.Contains(HeaderNames.AccessControlAllowOrigin))
        {
            lines.Add(new(HeaderNames.AccessControlAllowOrigin, allowed));
            lines.Add(new(HeaderNames.AccessControlExposeHeaders, Exposed));
            if (allowed != "*") Add(lines, HeaderNames.Vary, HeaderNames.Origin);
        }

        return [.. lines.Select(line => new KeyValuePair<string, StringValues>(KnownName(line.Key), line.Value))];
    }

    private static void Add(List<KeyValuePair<string, StringValues>> lines, string name, string value)
    {
        var at = lines.FindIndex(line => line.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (at < 0) lines.Add(new(name, value));
        else if (!lines[at].Value.ToString().Contains(value, StringComparison.OrdinalIgnoreCase)) lines[at] = new(lines[at].Key, lines[at].Value + ", " + value);
    }

    /// <summary>The server's own instance of a common name: it then finds its place by reference.</summary>
    private static string KnownName(string name)
    {
        foreach (var known in (string[])[HeaderNames.ContentType, HeaderNames.ETag, HeaderNames.LastModified, HeaderNames.CacheControl, HeaderNames.Date, HeaderNames.AcceptRanges, HeaderNames.Vary, HeaderNames.Expires])
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return known;
        return name;
    }
}
