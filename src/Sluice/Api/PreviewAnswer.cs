namespace Sluice.Api;

/// <summary>What the page of variants begins with.</summary>
/// <param name="Edge">The edge's URL as the page's browser reaches it, without a slash at its end.</param>
/// <param name="Sources">Paths of videos the cache knows.</param>
/// <param name="Derivatives">Derivatives by name, each as the query it stands for.</param>
internal sealed record PreviewAnswer(string Edge, IReadOnlyList<string> Sources, IReadOnlyDictionary<string, string> Derivatives);
