namespace Sluice.Catalog.Api;

/// <summary>How a video's transcoding goes.</summary>
/// <param name="State">queued, running, done, failed or cancelled.</param>
/// <param name="Attempt">How often it was begun.</param>
/// <param name="Stage">What the worker is at.</param>
/// <param name="Progress">How much is done, 0 to 1.</param>
/// <param name="Error">What went wrong last.</param>
public sealed record JobAnswer(string State, int Attempt, string? Stage, double Progress, string? Error);
