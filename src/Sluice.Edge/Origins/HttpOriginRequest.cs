using System.Net;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Origins;

/// <summary>Puts an <see cref="OriginRequest"/> into the form SocketsHttpHandler sends without touching it.</summary>
internal static class HttpOriginRequest
{
    /// <summary>The message. Conditions and range of the request itself replace fields of the same name.</summary>
    public static HttpRequestMessage Create(OriginRequest request, HttpOriginAddress address, HttpOriginOptions options, Action progress)
    {
        if (!Tokens.IsToken(request.Method)) throw new ArgumentException("The method is not a token.", nameof(request));
        var message = new HttpRequestMessage(new HttpMethod(request.Method), address.Target(request.Path, request.Query))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (request.Body is not null) message.Content = new HttpOriginContent(request.Body, request.BodyLength, progress);
        if (options.Host is { } host) message.Headers.Host = host;

        foreach (var (name, value) in Fields(request, address, options.Headers)) Add(message, name, value);
        if (request.Upgrade is { } protocols)
        {
            message.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            message.Headers.TryAddWithoutValidation("Upgrade", protocols);
        }
        return message;
    }

    private static HeaderList Fields(OriginRequest request, HttpOriginAddress address, IReadOnlyDictionary<string, string> own)
    {
        var fields = Fields(request);
        // What TRACE is sent comes back to whoever asked for it: no place for keys (RFC 9110 section 9.3.8).
        if (request.Method.Equals("TRACE", StringComparison.OrdinalIgnoreCase)) return fields;
        if (address.Authorization is { } authorization) fields.Set("Authorization", authorization);
        foreach (var (name, value) in own) fields.Set(name, value);
        return fields;
    }

    /// <summary>The fields of a request, conditions and range of its own included.</summary>
    public static HeaderList Fields(OriginRequest request)
    {
        var fields = new HeaderList(request.Headers);
        if (request.Range is { } range) fields.Set("Range", range.ToString());
        if (request.Require is { } required)
        {
            // A weak tag never matches in If-Match (RFC 9110 section 13.1.1), so it would always be refused.
            if (required.IsStrong) fields.Set("If-Match", required.ETag!);
            else if (required.LastModified is { } unmodified) fields.Set("If-Unmodified-Since", unmodified);
        }
        if (request.Held is { } held)
        {
            fields.Remove("If-None-Match");
            fields.Remove("If-Modified-Since");
            if (held.ETag is not null) fields.Add("If-None-Match", held.ETag);
            if (held.LastModified is not null) fields.Add("If-Modified-Since", held.LastModified);
        }
        return fields;
    }

    private static void Add(HttpRequestMessage message, string name, string value)
    {
        // Framing and Host are ours: given twice in different words they would split requests.
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || HopByHop.IsHopByHop(name)) return;
        if (!Tokens.IsToken(name) || value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0) throw new ArgumentException("A request field is not one line of HTTP.", nameof(name));
        if (message.Headers.TryAddWithoutValidation(name, value)) return;
        // .NET keeps fields that describe a body (Content-Type, and oddly Expires and Allow) with the body, so one of no bytes carries them.
        message.Content ??= new ByteArrayContent([]);
        message.Content.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>True for a GET, HEAD or OPTIONS without a body (content without one holds fields, such as Content-Type): a browser asks for leave by the last, and does without what it does not get.</summary>
    public static bool IsRepeatable(HttpRequestMessage message) =>
        message.Content is not HttpOriginContent && (message.Method == HttpMethod.Get || message.Method == HttpMethod.Head || message.Method == HttpMethod.Options);
}
