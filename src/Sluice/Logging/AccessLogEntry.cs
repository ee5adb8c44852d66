using System.Net;

namespace Sluice.Logging;

/// <summary>What the access log tells of a request.</summary>
internal sealed record AccessLogEntry
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who asked.</summary>
    public required IPAddress? Client { get; init; }

    /// <summary>How.</summary>
    public required string Method { get; init; }

    /// <summary>For what, as sent: secrets are taken out when it is written.</summary>
    public required string Target { get; init; }

    /// <summary>Of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>Body bytes handed to the connection.</summary>
    public required long Bytes { get; init; }

    /// <summary>How it came about, in the words of the metrics.</summary>
    public required string Outcome { get; init; }

    /// <summary>The tier that held the first byte when the request came; null for neither.</summary>
    public required string? Tier { get; init; }

    /// <summary>From the request to the head of the answer.</summary>
    public required TimeSpan FirstByte { get; init; }

    /// <summary>From the request to the end of the answer.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>True when the client left before it had the whole answer.</summary>
    public required bool Aborted { get; init; }

    /// <summary>The id that the answer told.</summary>
    public required string RequestId { get; init; }
}
