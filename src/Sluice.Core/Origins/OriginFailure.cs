namespace Sluice.Core.Origins;

/// <summary>Why an origin gave no usable answer. A closed set: log, label and error body use the same word.</summary>
public enum OriginFailure
{
    /// <summary>No connection: refused, no route, name not found, TLS failed.</summary>
    Unreachable,

    /// <summary>No answer, or no further byte, within the time allowed.</summary>
    Timeout,

    /// <summary>The connection ended before the answer did.</summary>
    Truncated,

    /// <summary>The answer breaks the protocol or contradicts itself.</summary>
    Invalid,

    /// <summary>The object changed while its bytes were being fetched.</summary>
    Changed,
}
