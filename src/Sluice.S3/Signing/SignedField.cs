namespace Sluice.S3.Signing;

/// <summary>A header field or query parameter that takes part in a signature.</summary>
/// <param name="Name">Header fields: in lower case. Query parameters: as meant, not yet percent-encoded.</param>
/// <param name="Value">As sent (header fields) or as meant (query parameters).</param>
internal readonly record struct SignedField(string Name, string Value);
