namespace Sluice.Monitoring;

/// <summary>A purge that was done.</summary>
/// <param name="At">When.</param>
/// <param name="What">What was asked: prefix /videos/.</param>
/// <param name="Objects">Objects it took.</param>
/// <param name="Bytes">Bytes it took, in all tiers.</param>
public sealed record PurgeItem(DateTimeOffset At, string What, int Objects, long Bytes);
