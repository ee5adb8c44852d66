namespace Sluice.Simulation;

/// <summary>A request read from an access log.</summary>
/// <param name="Path">What was asked for.</param>
/// <param name="Bytes">Body bytes that were sent.</param>
internal readonly record struct LogRequest(string Path, long Bytes);
