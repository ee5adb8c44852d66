namespace Sluice.S3.Signing;

/// <summary>The part of a request that both forms of signature share.</summary>
internal readonly ref struct SigV4Request
{
    /// <summary>Method in upper case.</summary>
    public required string Method { get; init; }

    /// <summary>The path as sent: with a leading slash and percent-encoded once (see <see cref="CanonicalForm.Path"/>).</summary>
    public required string Path { get; init; }

    /// <summary>The header fields that are signed, Host among them. Signing sorts them in place.</summary>
    public required Span<SignedField> Headers { get; init; }

    /// <summary>Lower-case hex SHA-256 of the body, or <see cref="SigV4Signer.UnsignedPayload"/>.</summary>
    public required string Payload { get; init; }
}
