using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;
using Sluice.Edge.Transport;

namespace Sluice.Edge.Serving;

/// <summary>What every reply made from one object version is made of, prepared once: a hit formats nothing but its age.</summary>
internal sealed class RenderedHead
{
    /// <summary>Characters of a target that are still told as a key: a field is no place for more.</summary>
    public const int LongestKey = 512;

    private static readonly StringValues[] Ages = [.. Enumerable.Range(0, 4096).Select(age => new StringValues(age.ToString(CultureInfo.InvariantCulture)))];
    private readonly string target;
    private readonly RoutePolicy policy;
    private readonly long lastModified, date;
    private OrdinaryHead? ordinary;
    private PlainHead? plain;

    private RenderedHead(ObjectMetadata metadata, RoutePolicy policy, string target, bool hasOwnPolicy)
    {
        Metadata = metadata;
        (this.target, this.policy) = (target, policy);
        (lastModified, date) = (TicksOf("Last-Modified"), TicksOf("Date"));
        IsManifest = policy.CompressManifests && metadata.Status == 200 && IsManifestPath(PathOf(target)) && !metadata.Headers.Contains("Content-Encoding")
            && !CacheControl.Read(metadata.Headers).Has(CacheDirectives.NoTransform);
        AllowOrigin = hasOwnPolicy ? policy.AllowOrigin : null;
    }

    public ObjectMetadata Metadata { get; }

    public string? ETag => Metadata.Version.ETag;

    public DateTimeOffset? LastModified => TimeOf(lastModified);

    public DateTimeOffset? Date => TimeOf(date);

    /// <summary>True for a text list of segments that is worth compressing.</summary>
    public bool IsManifest { get; }

    /// <summary>Who may read it from another site's page, where the route says so.</summary>
    public string? AllowOrigin { get; }

    /// <summary>The member of Cache-Status that tells the target the object is stored under (RFC 9211 section 2.7), with the semicolon before it; empty for one that is longer than <see cref="LongestKey"/>.</summary>
    public string Key => KeyOf(target);

    /// <summary>What answers from the cache need on the ordinary way; made at its first use, for most objects are only ever hit on the plain one.</summary>
    public OrdinaryHead Ordinary => ordinary ??= new OrdinaryHead(this);

    /// <summary>The heads as bytes, for the transport; made at its first use.</summary>
    public PlainHead Plain => plain ??= new PlainHead(this);

    /// <summary>For a variant: the version of its source that it was last found to be made from.</summary>
    public ObjectVersion? CheckedSource { get; set; }

    /// <summary>For a variant: what <see cref="ObjectCache.GoneBack"/> was when its source was last found not to be stored; -1 for never.</summary>
    public long NoSourceSince { get; set; } = -1;

    /// <summary>The rendering of an object, made anew when its metadata, or what the route says of it, has changed.</summary>
    public static RenderedHead Of(CachedObject stored, ActiveRoute route)
    {
        var metadata = stored.Metadata;
        if (stored.Rendering is RenderedHead ready && ReferenceEquals(ready.Metadata, metadata) && ReferenceEquals(ready.policy, route.Policy)) return ready;
        var made = new RenderedHead(metadata, route.Policy, stored.Target, route.HasOwnPolicy);
        stored.Rendering = made;
        return made;
    }

    public static StringValues AgeText(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        return (ulong)seconds < (ulong)Ages.Length ? Ages[seconds] : seconds.ToString(CultureInfo.InvariantCulture);
    }

    public static bool IsManifestPath(string path) =>
        path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".mpd", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".vtt", StringComparison.OrdinalIgnoreCase);

    private static string KeyOf(string target) =>
        target.Length > LongestKey ? "" : $"; key=\"{target.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string PathOf(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[..mark] : target;

    private static DateTimeOffset? TimeOf(long ticks) => ticks < 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    private long TicksOf(string name) => HttpDate.TryParse(Metadata.Headers.First(name), out var time) ? time.UtcTicks : -1;
}
