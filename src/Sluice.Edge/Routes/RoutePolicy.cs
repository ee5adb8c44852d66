using System.Collections.Frozen;

namespace Sluice.Edge.Routes;

/// <summary>How answers of a route are kept and given out. The lifetimes apply to origins without a policy of their own (folder, bucket); an HTTP origin's headers rule unless <see cref="DefaultLifetime"/> is set.</summary>
public sealed record RoutePolicy
{
    /// <summary>Lifetime of 2xx answers of no listed kind. Default 24 hours (row TTL-01).</summary>
    public TimeSpan Ok { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>Lifetime of 3xx answers. Default 1 hour (row TTL-02).</summary>
    public TimeSpan Redirect { get; init; } = TimeSpan.FromSeconds(3_600);

    /// <summary>Lifetime of 4xx answers. Default 60 seconds (row TTL-03).</summary>
    public TimeSpan ClientError { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Lifetime of 5xx answers. Default 10 seconds (row TTL-04). An error never replaces a good object.</summary>
    public TimeSpan ServerError { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lifetime of 2xx answers by extension, lower case with the dot. Defaults: .ts .m4s 7 days and immutable (row EDG-04); .m3u8 .mpd 1 hour (row EDG-05).</summary>
    public FrozenDictionary<string, ExtensionPolicy> ByExtension { get; init; } = DefaultByExtension;

    /// <summary>For an HTTP origin: lifetime of a cacheable answer that carries no explicit freshness, of an error no longer than <see cref="ClientError"/>. Default null: the heuristic of RFC 9111 section 4.2.2.</summary>
    public TimeSpan? DefaultLifetime { get; init; }

    /// <summary>Default stale-while-revalidate window where the origin names none. Default 60 seconds for folder and bucket, none for HTTP origins.</summary>
    public TimeSpan? StaleWhileRevalidate { get; init; }

    /// <summary>Default stale-if-error window where the origin names none. Default 24 hours.</summary>
    public TimeSpan StaleIfError { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Value of Access-Control-Allow-Origin added where the origin sent none; null adds none. Default "*" for folder and bucket origins, since browsers' players fetch across origins.</summary>
    public string? AllowOrigin { get; init; } = "*";

    /// <summary>For variants: when a use begins their lifetime anew, unchecked. Default null: never.</summary>
    public Renewal? Renewal { get; init; }

    /// <summary>Keep answers. Default true; false passes every request on to the origins, which must be HTTP servers.</summary>
    public bool Stores { get; init; } = true;

    /// <summary>Compress manifests (.m3u8, .mpd, .vtt) for clients that take gzip or br. Default true.</summary>
    public bool CompressManifests { get; init; } = true;

    /// <summary>Store answers with Set-Cookie, cookies included, that do not say themselves that they are for everybody (public, s-maxage, or a targeted field). Default false: one viewer's cookie must not reach another.</summary>
    public bool StoreSetCookie { get; init; }

    /// <summary>Take no notice of what requests say in Cache-Control, but for only-if-cached, as nginx, Varnish and CDNs do: nobody can have the origin asked for what is stored. Default false (RFC 9111 section 5.2.1).</summary>
    public bool IgnoresRequestDirectives { get; init; }

    /// <summary>Which parameters of a query tell objects apart. Default: all but CMCD. An origin is asked without the others; requests that are passed on uncached keep them.</summary>
    public QueryRule Query { get; init; } = QueryRule.Default;

    /// <summary>How many segments that come next (<c>seg_001.ts</c>, <c>seg_002.ts</c>, …), or parts of a file read in order, are fetched ahead of a viewer who asks for one after another. Up to 32 MB each. Default 0: none; at most 16 (row U063).</summary>
    public int Prefetch
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 0);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaximumPrefetch);
            field = value;
        }
    }

    /// <summary>The most that is fetched ahead.</summary>
    public const int MaximumPrefetch = 16;

    /// <summary>The extensions of rows EDG-04 and EDG-05.</summary>
    public static FrozenDictionary<string, ExtensionPolicy> DefaultByExtension { get; } = new Dictionary<string, ExtensionPolicy>
    {
        [".ts"] = new(TimeSpan.FromDays(7), Immutable: true),
        [".m4s"] = new(TimeSpan.FromDays(7), Immutable: true),
        [".m3u8"] = new(TimeSpan.FromHours(1)),
        [".mpd"] = new(TimeSpan.FromHours(1)),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
