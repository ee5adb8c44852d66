namespace Sluice.Monitoring;

/// <summary>An object that is asked for often.</summary>
/// <param name="Path">Its path, without what may be secret.</param>
/// <param name="Requests">Hits lately, estimated.</param>
/// <param name="Bytes">Body bytes lately, estimated.</param>
public sealed record HotItem(string Path, long Requests, long Bytes);
