using Microsoft.AspNetCore.Http;

namespace Sluice.Edge.Requests;

/// <summary>Finds requests whose body two servers could end at different places (RFC 9112 section 6.1): they are how requests are smuggled past a proxy.</summary>
internal static class RequestFraming
{
    /// <summary>What is wrong; null when nothing is.</summary>
    public static string? Flaw(HttpRequest request)
    {
        var coding = request.Headers.TransferEncoding;
        if (coding.Count == 0) return null;
        if (HttpProtocol.IsHttp10(request.Protocol)) return "HTTP/1.0 has no Transfer-Encoding.";
        // Kestrel moves a Content-Length beside Transfer-Encoding there.
        if (request.ContentLength is not null || request.Headers.ContainsKey("X-Content-Length")) return "Content-Length and Transfer-Encoding exclude each other.";
        return coding is [{ } only] && only.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? null : "The only transfer coding is chunked.";
    }
}
