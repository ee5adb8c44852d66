using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;

namespace Sluice.Edge.Requests;

/// <summary>What this server tells origins about whom it asks for: Via (RFC 9110 section 7.6.3), Forwarded (RFC 7239) and X-Forwarded-*.</summary>
/// <remarks>
/// An answer that others may get must not depend on what one client made up: for those, scheme and host are the same whoever asks. For an answer of the
/// sender's own they are the sender's.
/// </remarks>
internal sealed class Forwarding(EdgeOptions options)
{
    /// <summary>Another for each process: two caches in a row are no loop.</summary>
    private readonly string pseudonym = "sluice-" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    private readonly string sharedScheme = options.BaseUrl?.Scheme ?? (options.IsSecure ? "https" : "http");

    private readonly string? baseHost = options.BaseUrl?.Authority;

    /// <summary>Who sent a request.</summary>
    public ClientAddresses Clients { get; } = new(options.TrustedProxies);

    /// <summary>True when the request has been here before.</summary>
    public bool IsLoop(HttpRequest request)
    {
        foreach (var line in request.Headers.Via)
            if (line is not null && line.Contains(pseudonym, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>The fields of a request whose answer may be shared. <paramref name="fields"/> stay as they are: what they vary by is the client's, not this server's.</summary>
    public HeaderList Shared(HttpContext context, HeaderList fields)
    {
        var sent = new HeaderList(fields);
        Add(sent, context, Clients.IsTrusted(context), sharedScheme, baseHost);
        return sent;
    }

    /// <summary>The fields of a request whose answer goes to its sender alone.</summary>
    public HeaderList Own(HttpContext context)
    {
        var request = context.Request;
        var sent = ForwardedRequest.WithClaims(request);
        var trusted = Clients.IsTrusted(context);
        if (!trusted) ForwardedRequest.RemoveClaims(sent);
        var scheme = trusted && request.Headers["X-Forwarded-Proto"].ToString() is "http" or "https" ? request.Headers["X-Forwarded-Proto"].ToString() : options.BaseUrl?.Scheme ?? request.Scheme;
        var host = trusted && request.Headers["X-Forwarded-Host"] is [{ Length: > 0 } told] ? told : baseHost ?? request.Host.Value;
        Add(sent, context, trusted, scheme, host);
        return sent;
    }

    private void Add(HeaderList fields, HttpContext context, bool trusted, string scheme, string? host)
    {
        var request = context.Request;
        if (ClientAddresses.PeerOf(context) is { } peer)
        {
            fields.Set("X-Forwarded-For", After(trusted, request.Headers["X-Forwarded-For"], peer.ToString()));
            var element = $"for={Node(peer)}{(string.IsNullOrEmpty(host) ? "" : $";host=\"{host}\"")};proto={scheme}";
            fields.Set("Forwarded", After(trusted, request.Headers["Forwarded"], element));
        }

        fields.Set("X-Forwarded-Proto", scheme);
        if (!string.IsNullOrEmpty(host)) fields.Set("X-Forwarded-Host", host);
        var protocol = request.Protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? request.Protocol[5..] : "1.1";
        fields.Add("Via", $"{protocol} {pseudonym}");
    }

    private static string After(bool trusted, Microsoft.Extensions.Primitives.StringValues before, string mine) => trusted && before.Count > 0 ? $"{string.Join(", ", (string?[])before!)}, {mine}" : mine;

    private static string Node(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"\"[{address}]\"" : address.ToString();
}
