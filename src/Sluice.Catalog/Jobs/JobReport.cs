namespace Sluice.Catalog.Jobs;

/// <summary>How a transcoding goes.</summary>
/// <param name="State">queued, running, done, failed or cancelled.</param>
/// <param name="Attempt">How often it was begun.</param>
/// <param name="Stage">What the worker is at; null before it has begun.</param>
/// <param name="Progress">How much is done, 0 to 1.</param>
/// <param name="Error">What went wrong last; null for nothing.</param>
public sealed record JobReport(string State, int Attempt, string? Stage, double Progress, string? Error);
