using System.Net;
using Microsoft.Net.Http.Headers;
using Sluice.Catalog.Api;
using Sluice.Configuration;
using Sluice.Edge.Requests;

namespace Sluice.Api;

/// <summary>
/// Decides who may call the API. With a token: whoever sends it. Without: only callers that name this machine's loopback (or a configured host),
/// since a web page whose own name was made to resolve to 127.0.0.1 arrives with that name; and no web page of another site.
/// </summary>
internal sealed class ApiGuard(ApiSection options)
{
    private readonly BearerToken? _token = options.Token is null ? null : new(options.Token);

    /// <summary>Null when the request may pass; otherwise the status and why.</summary>
    public (int Status, string Detail)? Refuse(HttpRequest request)
    {
        // Upload URLs carry a signature of their own, and are handed to whoever has the file.
        if (request.Path.StartsWithSegments("/health") || request.Path.StartsWithSegments("/v1/uploads"))
            return null;
        // Without a token the host is looked at below, whoever asks for whatever.
        if (_token is not null)
            return IsPage(request) || _token.IsIn(request) ? null : (StatusCodes.Status401Unauthorized, "This API needs its token: send Authorization: Bearer TOKEN (--token or SLUICE_API_TOKEN on the command line).");
        if (!IsKnownHost(request.Host.Host))
            return (StatusCodes.Status403Forbidden, "Without a token this API answers only to localhost and loopback addresses. Set api.token, or name this host in api.hosts.");
        if (IsForeignPage(request))
            return (StatusCodes.Status403Forbidden, "Without a token this API answers no web page of another site.");
        return null;
    }

    // The files of pages hold no data: what they show is asked for with the token.
    private static bool IsPage(HttpRequest request) =>
        DashboardEndpoints.IsPage(request) || PreviewEndpoints.IsFile(request.Path) || (HttpMethods.IsGet(request.Method) && VideosPage.Holds(request.Path));

    private bool IsKnownHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || options.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    // Behind a proxy that ends TLS its own page's address begins with https.
    private static bool IsForeignPage(HttpRequest request)
    {
        var origin = request.Headers[HeaderNames.Origin].ToString();
        return (origin.Length > 0 && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) && !origin.Equals($"https://{request.Host}", StringComparison.OrdinalIgnoreCase))
            || request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
    }
}
