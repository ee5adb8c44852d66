namespace Sluice.Video.Debug;

/// <summary>How long a step took.</summary>
/// <param name="Name">The step: plan, lookup, source, encode, first byte …</param>
/// <param name="Time">Its time.</param>
public sealed record DebugTiming(string Name, TimeSpan Time);
