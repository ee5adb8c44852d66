using Sluice.Core.Objects;
using Sluice.Edge.Purging;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>What the edge is put together from.</summary>
internal sealed record EdgeParts
{
    public required ObjectCache Cache { get; init; }

    public required RouteTable Routes { get; init; }

    public required Fetcher Fetcher { get; init; }

    public required SharedFetcher Shared { get; init; }

    public required Responder Responder { get; init; }

    public required UnstoredAnswers Unstored { get; init; }

    public required ProxyHandler Proxy { get; init; }

    public required PurgeMethod Purge { get; init; }

    public required Forwarding Forwarding { get; init; }

    public required EdgeCounters Counters { get; init; }

    public required TimeProvider Time { get; init; }
}
