using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Requests;

/// <summary>The fields of a client's request as they go on to an origin.</summary>
internal static class ForwardedRequest
{
    private const string ForwardedPrefix = "X-Forwarded-";

    private static readonly FrozenSet<string> Conditions =
        FrozenSet.ToFrozenSet(["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Fields by which one proxy tells the next who asked and for what. From a client they are claims, and since no key holds them, a way to poison a cache.</summary>
    private static readonly FrozenSet<string> Claims = FrozenSet.ToFrozenSet(
    [
        "Forwarded", "X-Forwarded", "Proxy", "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP", "X-Cluster-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "Front-End-Https", "X-Url-Scheme",
        "X-Host", "X-Original-Host", "X-Original-URL", "X-Original-For", "X-Original-Proto", "X-Rewrite-URL", "X-HTTP-Host-Override", "X-Content-Length",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Fields that make another method of a GET.</summary>
    private static readonly string[] Overrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

    /// <summary>Every end-to-end field of a request whose answer others may get, without claims.</summary>
    public static HeaderList Read(HttpRequest request)
    {
        var fields = WithClaims(request);
        RemoveClaims(fields);
        foreach (var name in Overrides) fields.Remove(name);
        return fields;
    }

    /// <summary>Every end-to-end field, for the sender's own answer.</summary>
    public static HeaderList WithClaims(HttpRequest request)
    {
        var fields = HopByHop.Remove(Lines(request.Headers));
        fields.Remove("Host");
        fields.Remove("Content-Length");
        foreach (var name in fields.Select(line => line.Key).Where(IsDisguised).ToArray()) fields.Remove(name);
        return fields;
    }

    /// <summary>True for a field in which the edge tells an origin of each client.</summary>
    public static bool TellsWhoAsks(string name) => name.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase) || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for a field of a client's that goes on to no origin where the answer may be shared.</summary>
    public static bool StaysHere(string name) =>
        name.Equals("Host", StringComparison.OrdinalIgnoreCase) || HopByHop.IsHopByHop(name) || IsClaim(name) || Overrides.Contains(name, StringComparer.OrdinalIgnoreCase) || IsDisguised(name);

    /// <summary>Takes out what only a trusted proxy may say.</summary>
    public static void RemoveClaims(HeaderList fields)
    {
        foreach (var name in fields.Select(line => line.Key).Where(IsClaim).ToArray()) fields.Remove(name);
    }

    /// <summary>Without the client's conditions and ranges: the cache asks for itself.</summary>
    public static HeaderList WithoutConditions(HeaderList fields) => new(fields.Where(static line => !Conditions.Contains(line.Key)));

    /// <summary>As another request for the same URL would be made: without conditions, and without what describes a body.</summary>
    public static HeaderList WithoutBody(HeaderList fields) =>
        new(WithoutConditions(fields).Where(line => !line.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !line.Key.Equals("Expect", StringComparison.OrdinalIgnoreCase)));

    /// <summary>True when the client's own conditions or range would change the origin's answer.</summary>
    public static bool HasConditions(IHeaderDictionary headers) => headers.Range.Count > 0 || HasConditionsBesidesRange(headers);

    /// <summary>True when there is a condition, If-Range included.</summary>
    public static bool HasConditionsBesidesRange(IHeaderDictionary headers) =>
        headers.IfMatch.Count + headers.IfNoneMatch.Count + headers.IfModifiedSince.Count + headers.IfUnmodifiedSince.Count + headers.IfRange.Count > 0;

    /// <summary>True for a name that CGI, WSGI and PHP take for that of a field which is not the client's to send: to them "X_Forwarded_Host" is X-Forwarded-Host, trusted proxies or not.</summary>
    private static bool IsDisguised(string name) =>
        name.Contains('_', StringComparison.Ordinal) && name.Replace('_', '-') is var read && (StaysHere(read) || read.Equals("Content-Length", StringComparison.OrdinalIgnoreCase));

    private static bool IsClaim(string name) => name.StartsWith(ForwardedPrefix, StringComparison.OrdinalIgnoreCase) || Claims.Contains(name);

    private static IEnumerable<KeyValuePair<string, string>> Lines(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
            foreach (var value in (StringValues)values)
                // Kestrel takes names that are none, such as "a[b]"; no origin has to.
                if (Tokens.IsToken(name)) yield return new(name, value ?? "");
    }
}
