namespace Sluice.Edge.Telemetry;

/// <summary>An object that is asked for often.</summary>
/// <param name="Target">Its path and query.</param>
/// <param name="Requests">Hits on it lately, estimated.</param>
/// <param name="Bytes">Body bytes sent of it lately, estimated.</param>
public readonly record struct HotObject(string Target, long Requests, long Bytes);
