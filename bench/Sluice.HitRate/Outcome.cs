namespace Sluice.HitRate;

/// <summary>Hit rates of one policy on one trace at one cache size, as fractions of 1.</summary>
internal sealed record Outcome(string Trace, double CacheFraction, string Policy, double Requests, double Bytes);
