using System.Net;

namespace Sluice.Edge.Transport;

/// <summary>What an access log tells of a hit that the transport answered.</summary>
public readonly record struct HitEntry
{
    /// <summary>The id that the answer's X-Request-Id tells.</summary>
    public required string RequestId { get; init; }

    /// <summary>The client's address, as trusted proxies tell it.</summary>
    public required IPAddress? Client { get; init; }

    /// <summary>GET or HEAD.</summary>
    public required string Method { get; init; }

    /// <summary>Path and query as sent; may hold secrets.</summary>
    public required string Target { get; init; }

    /// <summary>200, 206 or 304.</summary>
    public required int Status { get; init; }

    /// <summary>Body bytes handed to the socket.</summary>
    public required long Bytes { get; init; }

    /// <summary>The first byte was in memory, else on disk.</summary>
    public required bool InMemory { get; init; }

    /// <summary>From the request to the head of the answer.</summary>
    public required TimeSpan FirstByte { get; init; }

    /// <summary>From the request to the end of the answer.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>The client left before it had the whole answer, or the rest was not to be had.</summary>
    public required bool Aborted { get; init; }
}
