namespace Sluice.Monitoring.Checks;

/// <summary>Answers of a routine check or a diagnosis (rows OPS-01 to OPS-06).</summary>
/// <param name="Title">What was looked at.</param>
/// <param name="Verdict">good, warning or bad: the worst of the facts.</param>
/// <param name="Questions">Each question of the runbook, with this server's own facts.</param>
public sealed record CheckResult(string Title, string Verdict, IReadOnlyList<CheckQuestion> Questions);
