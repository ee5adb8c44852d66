using Sluice.Edge.Purging;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>What the edge is put together from.</summary>
internal sealed record EdgeParts(RouteTable Routes, Fetcher Fetcher, Responder Responder, ProxyHandler Proxy, PurgeMethod Purge, Forwarding Forwarding, EdgeCounters Counters, TimeProvider Time);
