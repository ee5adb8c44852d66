using System.Net;
using Microsoft.AspNetCore.Http;

namespace Sluice.Edge.Requests;

/// <summary>Tells who sent a request: the address that connected, or what proxies that are trusted say about it.</summary>
internal sealed class ClientAddresses(IReadOnlyList<IPNetwork> trusted)
{
    private static readonly string[] Traces = ["Via", "Forwarded", "X-Forwarded-For", "X-Real-IP"];

    /// <summary>The address that connected; IPv4 in its own form.</summary>
    public static IPAddress? PeerOf(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? Plain(address) : null;

    /// <summary>True when what the sender says about its client is to be believed.</summary>
    public bool IsTrusted(HttpContext context) => trusted.Count > 0 && PeerOf(context) is { } peer && Contains(trusted, peer);

    /// <summary>The client: of X-Forwarded-For, read from the right, the first address that is not a trusted proxy's own. Null when the request came through a proxy that is not trusted, or it cannot be told.</summary>
    public IPAddress? ClientOf(HttpContext context)
    {
        if (PeerOf(context) is not { } address) return null;
        var request = context.Request.Headers;
        if (!Contains(trusted, address)) return Array.Exists(Traces, request.ContainsKey) ? null : address;
        var hops = request["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = hops.Length - 1; i >= 0 && Contains(trusted, address); i--)
        {
            if (!IPAddress.TryParse(hops[i], out var before)) return null;
            address = Plain(before);
        }

        return address;
    }

    /// <summary>True when one of the networks holds the address.</summary>
    public static bool Contains(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        foreach (var network in networks)
            if (network.Contains(address)) return true;
        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
