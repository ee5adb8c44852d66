using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sluice.Core.Objects;

namespace Sluice.Edge.Serving;

/// <summary>The header fields that every reply made from one object version has.</summary>
internal static class HeadLines
{
    /// <summary>What pages of other sites may read of an answer that the route lets them have.</summary>
    public const string Exposed = "Accept-Ranges, Age, Cache-Status, Content-Length, Content-Range, ETag, X-Cache-Status";

    private static readonly string[] Known =
        [HeaderNames.ContentType, HeaderNames.ETag, HeaderNames.LastModified, HeaderNames.CacheControl, HeaderNames.Date, HeaderNames.AcceptRanges, HeaderNames.Vary, HeaderNames.Expires];

    public static KeyValuePair<string, StringValues>[] Render(RenderedHead head)
    {
        var metadata = head.Metadata;
        var lines = new List<KeyValuePair<string, StringValues>>(metadata.Headers.Count + 4);
        for (var i = 0; i < metadata.Headers.Count; i++)
        {
            var name = metadata.Headers[i].Key;
            // The id of the request that filled the cache says nothing about the one that is answered (row DBG-07).
            if (name.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase) || IndexOf(lines, name) >= 0) continue;
            lines.Add(new(KnownName(name), ValuesOf(metadata.Headers, name)));
        }

        if (metadata.Status == 200 && metadata.Length is not null) lines.Add(new(HeaderNames.AcceptRanges, "bytes"));
        if (head.IsManifest) Add(lines, HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (head.AllowOrigin is { } allowed && !metadata.Headers.Contains(HeaderNames.AccessControlAllowOrigin))
        {
            lines.Add(new(HeaderNames.AccessControlAllowOrigin, allowed));
            lines.Add(new(HeaderNames.AccessControlExposeHeaders, Exposed));
            if (allowed != "*") Add(lines, HeaderNames.Vary, HeaderNames.Origin);
        }

        return [.. lines];
    }

    /// <summary>Every line of that name, kept apart.</summary>
    public static StringValues ValuesOf(HeaderList fields, string name)
    {
        var values = StringValues.Empty;
        for (var i = 0; i < fields.Count; i++)
            if (fields[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase)) values = StringValues.Concat(values, fields[i].Value);
        return values;
    }

    private static void Add(List<KeyValuePair<string, StringValues>> lines, string name, string value)
    {
        var at = IndexOf(lines, name);
        if (at < 0) lines.Add(new(name, value));
        else if (!lines[at].Value.ToString().Contains(value, StringComparison.OrdinalIgnoreCase)) lines[at] = new(lines[at].Key, lines[at].Value + ", " + value);
    }

    private static int IndexOf(List<KeyValuePair<string, StringValues>> lines, string name)
    {
        for (var i = 0; i < lines.Count; i++)
            if (lines[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }

    /// <summary>The server's own instance of a common name: it then finds its place by reference.</summary>
    private static string KnownName(string name)
    {
        foreach (var known in Known)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase)) return known;
        return name;
    }
}
