using Sluice.Video.Keys;
using Sluice.Video.Options;

namespace Sluice.Video.Tags;

/// <summary>Tags of variants (rows TAG-01 to TAG-04): the source, the derivative, the format.</summary>
public static class VariantTags
{
    /// <summary>"video-" and the path without its leading slash (row TAG-02). What would read as one of the other tags, or would end a tag in a list, is escaped (decision D05).</summary>
    public static string Source(string path)
    {
        var source = VariantText.Source(path);
        // In lower case, as nothing in a path's normal form is: no two paths have one tag.
        if (source.StartsWith("derivative-", StringComparison.Ordinal) || source.StartsWith("format-", StringComparison.Ordinal))
            source = (source[0] == 'd' ? "%64" : "%66") + source[1..];
        return "video-" + source.Replace(",", "%2c", StringComparison.Ordinal);
    }

    /// <summary>"video-derivative-" and its name (row TAG-03).</summary>
    public static string Derivative(string name) => "video-derivative-" + name;

    /// <summary>"video-format-" and its name (row TAG-04).</summary>
    public static string Format(string format) => "video-format-" + format;

    /// <summary>All tags of a variant.</summary>
    /// <param name="path">The source's path in normal form, with its leading slash.</param>
    /// <param name="options">The variant.</param>
    /// <param name="shortPrefix">What the short tags of row U057 begin with as well; null for none of them.</param>
    public static IReadOnlyList<string> Of(string path, VideoOptions options, string? shortPrefix = null)
    {
        var tags = new List<string>(4) { Source(path), Format(options.Format) };
        if (options.Derivative is { } derivative) tags.Add(Derivative(derivative));
        if (shortPrefix is not null) AddShort(tags, shortPrefix, path, options);
        return tags;
    }

    private static void AddShort(List<string> tags, string prefix, string path, VideoOptions options)
    {
        var source = VariantText.Source(path).Replace(",", "%2c", StringComparison.Ordinal);
        var last = source.LastIndexOf('/');
        var before = last < 1 ? -1 : source.LastIndexOf('/', last - 1);
        var place = source[(before + 1)..];
        tags.Add($"{prefix}p-{place}");
        if (options.Derivative is { } derivative)
        {
            tags.Add($"{prefix}p-{place}-{derivative}");
            tags.Add($"{prefix}d-{derivative}");
        }
        tags.Add($"{prefix}f-{options.Format}");
        if (options.Mode != VideoMode.Video) tags.Add($"{prefix}m-{OptionNames.Of(options.Mode)}");
        if (options.Place is { } at) tags.Add($"{prefix}t-{at}");
        if (options.Time is { } time && time > TimeSpan.Zero) tags.Add($"{prefix}t-{TimeText.Format(time)}");
        if (options.Columns is { } columns) tags.Add($"{prefix}c-{columns}");
        if (options.Rows is { } rows) tags.Add($"{prefix}r-{rows}");
        if (options.Interval is { } interval) tags.Add($"{prefix}i-{TimeText.Format(interval)}");
    }
}
