namespace Sluice.Api;

/// <summary>Answer of the health endpoints.</summary>
/// <param name="Status">"ok", "starting" or "draining".</param>
/// <param name="Redis">"ok", or "away": the server goes on alone, and viewers may be sent here all the same. Absent where none is configured.</param>
/// <param name="Disk">"away" while a disk tier is configured and not used: the server goes on without it, and the log says why. Else absent.</param>
internal sealed record HealthAnswer(string Status, string? Redis = null, string? Disk = null);
