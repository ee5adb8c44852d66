using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Requests;

/// <summary>The fields of a client's request as they go on to an origin.</summary>
internal static class ForwardedRequest
{
    private static readonly string[] Conditions = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"];

    /// <summary>Every end-to-end field; who asked is told by this server alone, never as the client claims.</summary>
    public static HeaderList Read(HttpRequest request)
    {
        var fields = HopByHop.Remove(Lines(request.Headers));
        fields.Remove("Host");
        fields.Remove("Content-Length");
        fields.Remove("Forwarded");
        fields.Remove("X-Forwarded-Host");
        fields.Set("X-Forwarded-Proto", request.Scheme);
        if (request.HttpContext.Connection.RemoteIpAddress is { } address) fields.Set("X-Forwarded-For", address.ToString());
        return fields;
    }

    /// <summary>Without the client's conditions and ranges: the cache asks for itself.</summary>
    public static HeaderList WithoutConditions(HeaderList fields)
    {
        var kept = new HeaderList(fields);
        foreach (var name in Conditions) kept.Remove(name);
        return kept;
    }

    /// <summary>As another request for the same URL would be made: without conditions, and without what describes a body.</summary>
    public static HeaderList WithoutBody(HeaderList fields) =>
        new(WithoutConditions(fields).Where(line => !line.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !line.Key.Equals("Expect", StringComparison.OrdinalIgnoreCase)));

    /// <summary>True when the client's own conditions or range would change the origin's answer.</summary>
    public static bool HasConditions(IHeaderDictionary headers) => headers.Range.Count > 0 || HasConditionsBesidesRange(headers);

    /// <summary>True when there is a condition, If-Range included.</summary>
    public static bool HasConditionsBesidesRange(IHeaderDictionary headers) =>
        headers.IfMatch.Count + headers.IfNoneMatch.Count + headers.IfModifiedSince.Count + headers.IfUnmodifiedSince.Count + headers.IfRange.Count > 0;

    private static IEnumerable<KeyValuePair<string, string>> Lines(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
            foreach (var value in (StringValues)values)
                if (name.Length > 0 && name[0] != ':') yield return new(name, value ?? "");
    }
}
