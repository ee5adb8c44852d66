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
        return Told(ref address, request) ? address : null;
    }

    /// <summary>The client as logs name it: <see cref="ClientOf"/>, and where that cannot be told the last address that can.</summary>
    public IPAddress? NameOf(IPAddress? peer, IHeaderDictionary request)
    {
        if (peer is null) return null;
        var address = Plain(peer);
        Told(ref address, request);
        return address;
    }

    /// <summary>Goes from a trusted proxy towards the client; false where what is told is no address.</summary>
    private bool Told(ref IPAddress address, IHeaderDictionary request)
    {
        if (!Contains(trusted, address)) return true;
        var hops = request["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = hops.Length - 1; i >= 0 && Contains(trusted, address); i--)
        {
            // Some proxies, as Azure's, tell the port as well.
            if (!IPEndPoint.TryParse(hops[i], out var before)) return false;
            address = Plain(before.Address);
        }

        return true;
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
