namespace Sluice.Configuration;

/// <summary>One route: which paths, which origins, which policy.</summary>
internal sealed class RouteSection
{
    public string? Name { get; set; }

    public string Pattern { get; set; } = "/*";

    public List<OriginSection> Origins { get; } = [];

    public TtlSection Ttl { get; } = new();

    public TimeSpan? StaleWhileRevalidate { get; set; }

    public TimeSpan StaleIfError { get; set; } = TimeSpan.FromHours(24);

    public string? AllowOrigin { get; set; } = "*";

    public bool CompressManifests { get; set; } = true;

    public bool Redirect { get; set; }

    public TimeSpan? DefaultLifetime { get; set; }

    public bool StoreSetCookie { get; set; }

    public bool Cache { get; set; } = true;

    public bool IgnoreClientCacheControl { get; set; }

    public IReadOnlyList<string> ExcludeQuery { get; set; } = ["CMCD"];

    public IReadOnlyList<string> IncludeQuery { get; set; } = [];

    public int Prefetch { get; set; }

    public TimeSpan? ConnectTimeout { get; set; }

    public TimeSpan? ResponseTimeout { get; set; }

    public TimeSpan? IdleTimeout { get; set; }

    public string? PlaybackKey { get; set; }

    public TimeSpan PlaybackLifetime { get; set; } = TimeSpan.FromHours(4);

    public CircuitSection Circuit { get; } = new();

    public RouteVideoSection Video { get; } = new();
}
