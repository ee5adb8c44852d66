using Microsoft.AspNetCore.Http;

namespace Sluice.Edge.Requests;

/// <summary>The target that a field of an answer names (Location, Content-Location).</summary>
internal static class NamedTarget
{
    /// <summary>Its normal form, resolved against the request's own URL; null when there is none, when it is none, or when it is on another host, whose objects are not this origin's to speak of.</summary>
    public static string? Resolve(HttpRequest request, RequestTarget target, string? field)
    {
        if (field is null || !Uri.TryCreate($"{request.Scheme}://{request.Host}{target.Path}", UriKind.Absolute, out var own) || !Uri.TryCreate(own, field, out var named)) return null;
        return named.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase) && RequestTarget.TryParse(named.PathAndQuery, out var other, out _) ? other.Text : null;
    }
}
