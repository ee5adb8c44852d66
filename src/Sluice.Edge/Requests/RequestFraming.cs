using Microsoft.AspNetCore.Http;

namespace Sluice.Edge.Requests;

/// <summary>Finds requests that two servers could take apart at different places (RFC 9112 section 6.1): they are how requests are smuggled past a proxy.</summary>
internal static class RequestFraming
{
    /// <summary>What is wrong; null when nothing is.</summary>
    public static string? Flaw(HttpRequest request)
    {
        // Over HTTP/2 the server lets names through that are an error there (RFC 9113 section 8.2.1). Others that are none are left out of what goes on.
        if (HttpProtocol.IsHttp2(request.Protocol) && request.Headers.Any(static field => IsMalformed(field.Key))) return "A field has a name that is none.";
        var coding = request.Headers.TransferEncoding;
        if (coding.Count == 0) return null;
        if (HttpProtocol.IsHttp10(request.Protocol)) return "HTTP/1.0 has no Transfer-Encoding.";
        // Kestrel moves a Content-Length beside Transfer-Encoding there.
        if (request.ContentLength is not null || request.Headers.ContainsKey("X-Content-Length")) return "Content-Length and Transfer-Encoding exclude each other.";
        return coding is [{ } only] && only.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? null : "The only transfer coding is chunked.";
    }

    private static bool IsMalformed(string name) => name.Length == 0 || name.AsSpan(1).Contains(':') || name.AsSpan().ContainsAnyExceptInRange('!', '~');
}
