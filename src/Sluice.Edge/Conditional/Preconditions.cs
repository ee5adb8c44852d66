using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Edge.Fields;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Conditional;

/// <summary>Evaluates a request's conditions against a stored object, in the order of RFC 9110 section 13.2.2.</summary>
internal static class Preconditions
{
    /// <summary>0 to go on, 304, or 412.</summary>
    public static int Evaluate(IHeaderDictionary request, RenderedHead head)
    {
        var ifMatch = request.IfMatch;
        if (ifMatch.Count > 0)
        {
            if (!AnyStrong(ifMatch, head.ETag)) return 412;
        }
        else if (request.IfUnmodifiedSince is { Count: > 0 } unmodified && HttpDate.TryParse(unmodified.ToString(), out var since)
            && head.LastModified is { } modified && modified > since) return 412;

        var ifNoneMatch = request.IfNoneMatch;
        if (ifNoneMatch.Count > 0) return AnyWeak(ifNoneMatch, head.ETag) ? 304 : 0;
        return request.IfModifiedSince is { Count: > 0 } condition && HttpDate.TryParse(condition.ToString(), out var at)
            && (head.LastModified ?? head.Date) is { } changed && changed <= at ? 304 : 0;
    }

    /// <summary>True when a Range counts: there is no If-Range, or it names this version (RFC 9110 section 13.1.5).</summary>
    public static bool RangeApplies(IHeaderDictionary request, RenderedHead head)
    {
        var ifRange = request.IfRange;
        if (ifRange.Count == 0) return true;
        var value = ifRange.ToString();
        if (value.Contains('"', StringComparison.Ordinal)) return EntityTags.ContainsStrong(value, head.ETag);
        // A date must match to the second, and only where Last-Modified is a strong validator: the clock had moved on since.
        return HttpDate.TryParse(value, out var date) && head.LastModified == date && head.Date is { } sent && sent - date >= TimeSpan.FromSeconds(1);
    }

    private static bool AnyWeak(StringValues lines, string? tag)
    {
        foreach (var line in lines)
            if (EntityTags.IsAny(line) || EntityTags.ContainsWeak(line, tag)) return true;
        return false;
    }

    private static bool AnyStrong(StringValues lines, string? tag)
    {
        foreach (var line in lines)
            if (EntityTags.IsAny(line) || EntityTags.ContainsStrong(line, tag)) return true;
        return false;
    }
}
