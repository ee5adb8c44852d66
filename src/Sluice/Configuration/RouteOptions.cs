namespace Sluice.Configuration;

/// <summary>One route: which paths, which origins, which policy.</summary>
internal sealed class RouteOptions
{
    public string? Name { get; set; }

    public string Pattern { get; set; } = "/*";

    public List<OriginOptions> Origins { get; } = [];

    public TtlOptions Ttl { get; } = new();

    public TimeSpan? StaleWhileRevalidate { get; set; }

    public TimeSpan StaleIfError { get; set; } = TimeSpan.FromHours(24);

    public string? AllowOrigin { get; set; } = "*";

    public bool CompressManifests { get; set; } = true;

    public TimeSpan? DefaultLifetime { get; set; }
}
