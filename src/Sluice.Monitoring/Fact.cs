namespace Sluice.Monitoring;

/// <summary>One fact, with its judgement.</summary>
/// <param name="Label">What it is about.</param>
/// <param name="Text">What is so.</param>
/// <param name="Tone">good, warning, bad, or empty where there is nothing to judge.</param>
public sealed record Fact(string Label, string Text, string Tone = "");
