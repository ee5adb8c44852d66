using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;
using Sluice.Edge.Transport;

namespace Sluice.Edge.Serving;

/// <summary>What every reply made from one object version says, prepared once: a hit formats nothing but its age.</summary>
internal sealed class RenderedHead
{
    /// <summary>Characters of a target that are still told as a key: a field is no place for more.</summary>
    public const int LongestKey = 512;

    private const string Exposed = "Accept-Ranges, Age, Cache-Status, Content-Length, Content-Range, ETag, X-Cache-Status";
    private static readonly StringValues[] Ages = [.. Enumerable.Range(0, 4096).Select(age => new StringValues(age.ToString(CultureInfo.InvariantCulture)))];
    private readonly string target;
    private long ttlSecond = long.MinValue;
    private StringValues ttlText;

    private RenderedHead(ObjectMetadata metadata, RoutePolicy policy, string target, bool hasOwnPolicy)
    {
        Metadata = metadata;
        this.target = target;
        ETag = metadata.Version.ETag;
        LastModified = HttpDate.TryParse(metadata.Headers.First("Last-Modified"), out var modified) ? modified : null;
        Date = HttpDate.TryParse(metadata.Headers.First("Date"), out var date) ? date : null;
        IsManifest = policy.CompressManifests && metadata.Status == 200 && IsManifestPath(PathOf(target)) && !metadata.Headers.Contains("Content-Encoding");
        Lines = Render(metadata, policy, hasOwnPolicy);
    }

    public ObjectMetadata Metadata { get; }

    public string? ETag { get; }

    public DateTimeOffset? LastModified { get; }

    public DateTimeOffset? Date { get; }

    /// <summary>True for a text list of segments that is worth compressing.</summary>
    public bool IsManifest { get; }

    /// <summary>The member of Cache-Status that tells the target the object is stored under (RFC 9211 section 2.7), with the semicolon before it; empty for one that is longer than <see cref="LongestKey"/>.</summary>
    public string Key => KeyOf(target);

    /// <summary>The compressed body, made at its first use.</summary>
    public byte[]? Compressed { get; set; }

    public KeyValuePair<string, StringValues>[] Lines { get; }

    /// <summary>For a variant: the version of its source that it was last found to be made from.</summary>
    public ObjectVersion? CheckedSource { get; set; }

    /// <summary>For a variant: what <see cref="ObjectCache.GoneBack"/> was when its source was last found not to be stored; -1 for never.</summary>
    public long NoSourceSince { get; set; } = -1;

    /// <summary>The same as bytes, for the transport; made at its first use.</summary>
    public PlainHead? Plain { get; set; }

    /// <summary>The rendering of an object, made anew when its metadata has changed.</summary>
    public static RenderedHead Of(CachedObject stored, ActiveRoute route)
    {
        var metadata = stored.Metadata;
        if (stored.Rendering is RenderedHead ready && ReferenceEquals(ready.Metadata, metadata)) return ready;
        var made = new RenderedHead(metadata, route.Policy, stored.Target, route.HasOwnPolicy);
        stored.Rendering = made;
        return made;
    }

    public static StringValues AgeText(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        return (ulong)seconds < (ulong)Ages.Length ? Ages[seconds] : seconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Cache-Status of a hit (RFC 9211); the same text for a second.</summary>
    public StringValues HitStatus(TimeSpan remaining)
    {
        var seconds = (long)remaining.TotalSeconds;
        if (seconds == Volatile.Read(ref ttlSecond)) return ttlText;
        StringValues text = string.Create(CultureInfo.InvariantCulture, $"Sluice; hit; ttl={seconds}{Key}");
        ttlText = text;
        Volatile.Write(ref ttlSecond, seconds);
        return text;
    }

    public static bool IsManifestPath(string path) =>
        path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".mpd", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".vtt", StringComparison.OrdinalIgnoreCase);

    private static string KeyOf(string target) =>
        target.Length > LongestKey ? "" : $"; key=\"{target.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string PathOf(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[..mark] : target;

    private KeyValuePair<string, StringValues>[] Render(ObjectMetadata metadata, RoutePolicy policy, bool hasOwnPolicy)
    {
        var lines = new List<KeyValuePair<string, StringValues>>();
        // The id of the request that filled the cache says nothing about the one that is answered (row DBG-07).
        foreach (var group in metadata.Headers.Where(line => !line.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase)).GroupBy(line => line.Key, StringComparer.OrdinalIgnoreCase))
            lines.Add(new(group.Key, new StringValues([.. group.Select(line => line.Value)]) is { Count: 1 } one ? new(one[0]) : new([.. group.Select(line => line.Value)])));
        if (metadata.Status == 200 && metadata.Length is not null) lines.Add(new(HeaderNames.AcceptRanges, "bytes"));
        if (IsManifest) Add(lines, HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (hasOwnPolicy && policy.AllowOrigin is { } allowed && !metadata.Headers.Contains(HeaderNames.AccessControlAllowOrigin))
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
