using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Purging;

/// <summary>Decides who may purge on the public listener.</summary>
internal sealed class PurgeAccess(EdgePurgeOptions options, ClientAddresses clients)
{
    private const string Scheme = "Bearer ";
    private readonly byte[]? token = options.Token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(options.Token));

    /// <summary>False when nobody may.</summary>
    public bool IsOpen => options.From.Count > 0 || token is not null;

    /// <summary>True when this request may.</summary>
    public bool Allows(HttpContext context)
    {
        if (HasToken(context.Request)) return true;
        // A page in a browser on an allowed machine acts for its author, not for the person who sits there.
        if (context.Request.Headers.Origin.Count > 0 || context.Request.Headers.ContainsKey("Sec-Fetch-Site")) return false;
        return clients.ClientOf(context) is { } address && ClientAddresses.Contains(options.From, address);
    }

    private bool HasToken(HttpRequest request)
    {
        if (token is null || request.Headers.Authorization is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        // Comparing digests takes the same time whatever the lengths and wherever the first difference is.
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim())), token);
    }
}
