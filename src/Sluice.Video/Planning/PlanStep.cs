namespace Sluice.Video.Planning;

/// <summary>One decision on the way to a plan, for people who ask why (row U082).</summary>
/// <param name="Category">What was decided: "route", "options", "derivative", "responsive", "signature", "key".</param>
/// <param name="Message">How, and from what. Never a signature or a key.</param>
public sealed record PlanStep(string Category, string Message);
