using System.Net;
using Sluice.Edge.Purging;
using Sluice.Edge.Routes;

namespace Sluice.Edge;

/// <summary>Settings of the edge.</summary>
public sealed class EdgeOptions
{
    /// <summary>The routes, tried in order; at least one.</summary>
    public IList<EdgeRoute> Routes { get; } = [];

    /// <summary>Proxies in front of the edge whose X-Forwarded-* and Forwarded fields are believed; of everybody else they are dropped. Default none.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>The URL under which viewers reach the edge: what origins are told in X-Forwarded-Host and X-Forwarded-Proto. Default null: X-Forwarded-Proto says how the edge listens.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>True when the edge speaks TLS. Default false.</summary>
    public bool IsSecure { get; set; }

    /// <summary>How long a tunnel (a WebSocket or another upgrade) may carry nothing either way before it is ended. Default 1 hour; more than 0, at most 1 day.</summary>
    public TimeSpan TunnelIdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Who may send PURGE.</summary>
    public EdgePurgeOptions Purge { get; set; } = new();
}
