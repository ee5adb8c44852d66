namespace Sluice.Edge.Embedding;

/// <summary>What an app's answers may depend on beside the path, and what therefore has objects of its own.</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">Host and port in lower case.</param>
/// <param name="PathBase">The part of the path that was taken off before the cache; empty for none.</param>
internal readonly record struct PipelineSite(string Scheme, string Host, string PathBase);
