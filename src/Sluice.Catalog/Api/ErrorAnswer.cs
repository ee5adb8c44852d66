namespace Sluice.Catalog.Api;

/// <summary>A refusal (row U092).</summary>
/// <param name="Error">One of a closed set of words.</param>
/// <param name="Message">What is wrong, for a person.</param>
public sealed record ErrorAnswer(string Error, string Message);
