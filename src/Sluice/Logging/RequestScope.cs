namespace Sluice.Logging;

/// <summary>The logging scope of a request: each line written within it carries the id (row DBG-07).</summary>
/// <param name="RequestId">The id, as echoed in X-Request-Id.</param>
internal sealed record RequestScope(string RequestId);
