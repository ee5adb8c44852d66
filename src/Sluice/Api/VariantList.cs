namespace Sluice.Api;

/// <summary>Answer of GET /v1/variants.</summary>
/// <param name="Source">Path of the source, in normal form.</param>
/// <param name="Variants">What is stored of it.</param>
internal sealed record VariantList(string Source, IReadOnlyList<VariantAnswer> Variants);
