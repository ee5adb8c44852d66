namespace Sluice.S3.Signing;

/// <summary>What a request is signed with. Never logged: <see cref="ToString"/> names no part of it.</summary>
/// <param name="AccessKey">Who signs. It travels in the clear, and may hold a colon on servers other than AWS.</param>
/// <param name="SecretKey">The secret behind it.</param>
/// <param name="SessionToken">Token of temporary credentials; null for permanent ones.</param>
/// <param name="Expires">When they stop working; null when never or not known.</param>
internal sealed record S3Credentials(string AccessKey, string SecretKey, string? SessionToken = null, DateTimeOffset? Expires = null)
{
    public override string ToString() => SessionToken is null ? "S3 credentials" : "temporary S3 credentials";
}
