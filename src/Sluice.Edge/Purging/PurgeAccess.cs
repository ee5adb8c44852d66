using Microsoft.AspNetCore.Http;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Purging;

/// <summary>Decides who may purge on the public listener.</summary>
internal sealed class PurgeAccess(EdgePurgeOptions options, ClientAddresses clients)
{
    private readonly BearerToken? token = options.Token is null ? null : new(options.Token);

    /// <summary>False when nobody may.</summary>
    public bool IsOpen => options.From.Count > 0 || token is not null;

    /// <summary>True when this request may.</summary>
    public bool Allows(HttpContext context)
    {
        if (token?.IsIn(context.Request) == true) return true;
        // A page in a browser on an allowed machine acts for its author, not for the person who sits there.
        if (context.Request.Headers.Origin.Count > 0 || context.Request.Headers.ContainsKey("Sec-Fetch-Site")) return false;
        return clients.ClientOf(context) is { } address && ClientAddresses.Contains(options.From, address);
    }
}
