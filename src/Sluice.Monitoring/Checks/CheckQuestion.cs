namespace Sluice.Monitoring.Checks;

/// <summary>A question of a runbook.</summary>
/// <param name="Question">The question.</param>
/// <param name="Facts">What is so.</param>
public sealed record CheckQuestion(string Question, IReadOnlyList<Fact> Facts);
