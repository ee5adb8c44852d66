namespace Sluice.Api;

/// <summary>Answer of the health endpoints.</summary>
/// <param name="Status">"ok", "starting" or "draining".</param>
internal sealed record HealthAnswer(string Status);
