using System.Net;

namespace Sluice.Configuration;

/// <summary>The public listener.</summary>
internal sealed class EdgeSection
{
    public ListenAddress Listen { get; set; } = new(IPAddress.Loopback, 8081);

    public bool FastHits { get; set; } = true;

    public Uri? BaseUrl { get; set; }

    public EdgeTlsSection Tls { get; } = new();

    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    public TimeSpan TunnelIdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a client may take nothing of an answer. No setting: tests want it shorter.</summary>
    internal TimeSpan SendPatience { get; set; } = TimeSpan.FromSeconds(60);

    public EdgePurgeSection Purge { get; } = new();
}
