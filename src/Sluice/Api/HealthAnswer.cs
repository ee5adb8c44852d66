namespace Sluice.Api;

/// <summary>Answer of the health endpoints.</summary>
/// <param name="Status">"ok", "starting" or "draining".</param>
/// <param name="Redis">"ok", or "away": the server goes on alone, and viewers may be sent here all the same. Absent where none is configured.</param>
internal sealed record HealthAnswer(string Status, string? Redis = null);
