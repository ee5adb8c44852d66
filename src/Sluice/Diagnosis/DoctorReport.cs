namespace Sluice.Diagnosis;

/// <summary>What doctor says.</summary>
/// <param name="Ok">True when nothing failed.</param>
/// <param name="Findings">Everything that was looked at.</param>
internal sealed record DoctorReport(bool Ok, IReadOnlyList<Finding> Findings);
