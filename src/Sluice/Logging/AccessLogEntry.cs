namespace Sluice.Logging;

/// <summary>What is measured of a request for its line in the access log.</summary>
internal sealed class AccessLogEntry
{
    /// <summary>When it began, by the clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When it began, as a time stamp.</summary>
    public long Started { get; init; }

    /// <summary>The tier that held the first byte when the request came; null for neither.</summary>
    public string? Tier { get; init; }

    /// <summary>From there to the head of the answer.</summary>
    public TimeSpan FirstByte { get; set; }

    /// <summary>From there to the end of the answer.</summary>
    public TimeSpan Total { get; set; }

    /// <summary>Body bytes handed to the connection.</summary>
    public long Bytes { get; set; }

    /// <summary>True when the client left before it had the whole answer.</summary>
    public bool Aborted { get; set; }
}
