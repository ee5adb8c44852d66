using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sluice.Edge.Requests;

/// <summary>A secret that callers send as <c>Authorization: Bearer TOKEN</c>.</summary>
public sealed class BearerToken(string token)
{
    private const string Scheme = "Bearer ";
    private readonly byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>True when a request has it.</summary>
    public bool IsIn(HttpRequest request) =>
        request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        // Comparing digests takes the same time whatever the lengths and wherever the first difference is.
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim())), digest);
}
