using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Freshness;

/// <summary>Chooses among stored answers by the request fields Vary names (RFC 9111 section 4.1).</summary>
internal static class VarySelection
{
    /// <summary>The stored object that fits the request, or null.</summary>
    public static CachedObject? Find(CachedObject[] objects, IHeaderDictionary request)
    {
        if (objects.Length == 1 && objects[0].Metadata.Vary.Count == 0) return objects[0];
        foreach (var candidate in objects)
            if (Matches(candidate.Metadata, request)) return candidate;
        return FindByLanguage(objects, request);
    }

    /// <summary>True when the request would have selected that answer.</summary>
    public static bool Matches(ObjectMetadata stored, IHeaderDictionary request) => Matches(stored, request, butLanguage: false);

    private static bool Matches(ObjectMetadata stored, IHeaderDictionary request, bool butLanguage)
    {
        foreach (var (name, value) in stored.Vary)
            if (!(butLanguage && IsLanguage(name)) && !string.Equals(Normalise(name, request[name]), value, StringComparison.Ordinal)) return false;
        return true;
    }

    /// <summary>An answer chosen by language fits every request that wants its language above all others, whatever else the field that selected it listed.</summary>
    private static CachedObject? FindByLanguage(CachedObject[] objects, IHeaderDictionary request)
    {
        if (request.AcceptLanguage.Count != 1) return null;
        var wanted = AcceptLanguage.Preferred(request.AcceptLanguage[0]);
        if (wanted.IsEmpty) return null;
        foreach (var candidate in objects)
        {
            var metadata = candidate.Metadata;
            if (metadata.Headers.Combined("Content-Language") is { } language && wanted.Equals(language, StringComparison.OrdinalIgnoreCase)
                && metadata.Vary.Any(field => IsLanguage(field.Key)) && Matches(metadata, request, butLanguage: true)) return candidate;
        }

        return null;
    }

    private static bool IsLanguage(string name) => name.Equals("Accept-Language", StringComparison.OrdinalIgnoreCase);

    /// <summary>The fields an answer varies by with the request's values; null when it varies by something no request field tells ("*", or who asks).</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>>? Read(HeaderList response, Func<string, string?> request)
    {
        if (response.Combined("Vary") is not { } vary) return [];
        var fields = new SortedDictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in new FieldNames(vary))
        {
            if (name is "*") return null;
            var text = name.ToString();
            // The origin was told who asks, and may have answered accordingly.
            if (ForwardedRequest.TellsWhoAsks(text)) return null;
            // No client's reaches it, so that it cannot have mattered.
            if (ForwardedRequest.StaysHere(text)) continue;
            fields[text] = request(text);
        }

        return [.. fields];
    }

    /// <summary>A request field's lines as one value: joined, without white space around the members; null when absent.</summary>
    public static string? Normalise(string name, Microsoft.Extensions.Primitives.StringValues lines)
    {
        if (lines.Count == 0) return null;
        var text = lines.Count == 1 ? lines[0]! : string.Join(',', lines!);
        if (!text.Contains(',', StringComparison.Ordinal)) return text.Trim();
        var members = text.Split(',', StringSplitOptions.TrimEntries);
        // Order and letter case of languages do not change what is meant.
        if (IsLanguage(name))
        {
            for (var i = 0; i < members.Length; i++) members[i] = members[i].ToLowerInvariant();
            Array.Sort(members, StringComparer.Ordinal);
        }

        return string.Join(',', members);
    }
}
