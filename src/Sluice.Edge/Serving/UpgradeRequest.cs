using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;

namespace Sluice.Edge.Serving;

/// <summary>A request to turn its connection (HTTP/1.1 Upgrade, RFC 9110 section 7.8) or its stream (extended CONNECT of HTTP/2, RFC 8441) into a tunnel.</summary>
/// <param name="Context">The request.</param>
/// <param name="Protocol">What to speak in it, such as "websocket".</param>
internal readonly record struct UpgradeRequest(HttpContext Context, string Protocol)
{
    /// <summary>Reads it; null when the request is none. h2c is none: a tunnel in which a client speaks HTTP past the cache and its rules is no use to anybody honest.</summary>
    public static UpgradeRequest? Read(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: { } extended }) return new(context, extended);
        var upgrade = context.Request.Headers.Upgrade;
        if (upgrade.Count == 0 || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }) return null;
        var protocol = upgrade.ToString();
        return protocol.Split(',', StringSplitOptions.TrimEntries).Any(offer => offer.StartsWith("h2c", StringComparison.OrdinalIgnoreCase) || offer.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase))
            ? null
            : new(context, protocol);
    }

    private IHttpExtendedConnectFeature? Extended => Context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } feature ? feature : null;

    /// <summary>The method to ask the origin with, in HTTP/1.1.</summary>
    public string Method => Extended is null ? Context.Request.Method : "GET";

    /// <summary>Adds what HTTP/1.1 needs and HTTP/2 does not have.</summary>
    public void Complete(HeaderList fields)
    {
        if (Extended is not null && Protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase))
            fields.Set("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
    }

    /// <summary>Tells the client that the origin agreed; answers its end of the tunnel.</summary>
    public async Task<Stream> AcceptAsync(HeaderList answer)
    {
        var response = Context.Response;
        foreach (var group in answer.GroupBy(line => line.Key, StringComparer.OrdinalIgnoreCase))
            response.Headers[group.Key] = group.Select(line => line.Value).ToArray();
        if (Extended is not { } extended) return await Context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        response.Headers.Remove("Upgrade");
        response.Headers.Remove("Sec-WebSocket-Accept");
        response.StatusCode = 200;
        return await extended.AcceptAsync();
    }
}
