using Sluice.Core.Objects;

namespace Sluice.Edge.Freshness;

/// <summary>Purge tags an origin names: Surrogate-Key (separated by spaces) and Cache-Tag (separated by commas).</summary>
internal static class ObjectTags
{
    public static IReadOnlyList<string> Read(HeaderList headers)
    {
        var keys = headers.Combined("Surrogate-Key");
        var tags = headers.Combined("Cache-Tag");
        if (keys is null && tags is null) return [];
        return [.. Split(keys, [' ', ',']).Concat(Split(tags, [','])).Distinct(StringComparer.Ordinal)];
    }

    private static string[] Split(string? value, char[] separators) =>
        value?.Split(separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
