namespace Sluice.TestKit.Conformance;

/// <summary>What the public HTTP cache tests say about one behaviour.</summary>
/// <param name="Group">The tests it belongs to.</param>
/// <param name="Id">Its name in the suite.</param>
/// <param name="Kind">required, optimal, or check (a question without a right answer).</param>
/// <param name="Passed">True when the edge does as the test says.</param>
/// <param name="Seen">What it did instead; not kept.</param>
public sealed record ConformanceVerdict(string Group, string Id, string Kind, bool Passed, string Seen = "");
