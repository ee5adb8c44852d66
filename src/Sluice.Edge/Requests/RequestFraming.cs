using Microsoft.AspNetCore.Http;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Requests;

/// <summary>Finds requests that two servers could take apart at different places (RFC 9112 section 6.1): they are how requests are smuggled past a proxy.</summary>
internal static class RequestFraming
{
    /// <summary>What is wrong; null when nothing is.</summary>
    public static string? Flaw(HttpRequest request)
    {
        // Over HTTP/2 the server lets names through that HTTP/1.1 has no way to write (RFC 9113 section 8.2.1). To send one on is an error, which is everybody's who waits for that answer.
        if (HttpProtocol.IsHttp2(request.Protocol) && request.Headers.Any(static field => !Tokens.IsToken(field.Key) && !field.Key.StartsWith(':'))) return "A field has a name that is none.";
        var coding = request.Headers.TransferEncoding;
        if (coding.Count == 0) return null;
        if (HttpProtocol.IsHttp10(request.Protocol)) return "HTTP/1.0 has no Transfer-Encoding.";
        // Kestrel moves a Content-Length beside Transfer-Encoding there.
        if (request.ContentLength is not null || request.Headers.ContainsKey("X-Content-Length")) return "Content-Length and Transfer-Encoding exclude each other.";
        return coding is [{ } only] && only.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? null : "The only transfer coding is chunked.";
    }
}
