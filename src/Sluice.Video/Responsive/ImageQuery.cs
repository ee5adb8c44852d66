using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Responsive;

/// <summary>The sizes that pages ask for with imwidth and its kin (row U029), given one by one or together in imref. What is malformed counts as not given.</summary>
internal readonly ref struct ImageQuery
{
    public ImageQuery(ref readonly ParameterSet set, PlanNotes notes)
    {
        Width = Read(in set, VideoParameter.ImWidth, "imwidth", "width", notes);
        Height = Read(in set, VideoParameter.ImHeight, "imheight", "height", notes);
        ViewportWidth = Read(in set, VideoParameter.ImViewWidth, "im-viewwidth", "viewwidth", notes);
        ViewportHeight = Read(in set, VideoParameter.ImViewHeight, "im-viewheight", "viewheight", notes);
        PixelRatio = (Read(in set, VideoParameter.ImDensity, "im-density", "density", notes) ?? Read(in set, VideoParameter.Dpr, "dpr", "dpr", notes)) is { } ratio ? Math.Clamp(ratio, 0.5, 4) : null;
    }

    /// <summary>Pixels.</summary>
    public double? Width { get; }

    /// <summary>Pixels.</summary>
    public double? Height { get; }

    /// <summary>CSS pixels.</summary>
    public double? ViewportWidth { get; }

    /// <summary>CSS pixels.</summary>
    public double? ViewportHeight { get; }

    /// <summary>Device pixels to a CSS pixel, 0.5 to 4.</summary>
    public double? PixelRatio { get; }

    private static double? Read(ref readonly ParameterSet set, VideoParameter parameter, string name, string shortName, PlanNotes notes)
    {
        var text = set.Has(parameter) ? set[parameter] : InReference(set[VideoParameter.ImRef], name, shortName);
        if (text.IsEmpty) return null;
        if (NumberText.TryParse(text, out decimal value) && value is > 0 and < 1_000_000) return (double)value;
        notes.Warn($"{name} is ignored: it is no number of pixels");
        return null;
    }

    /// <summary>The value of one of two names in "k=v,k=v"; empty for none.</summary>
    private static ReadOnlySpan<char> InReference(ReadOnlySpan<char> reference, string name, string shortName)
    {
        foreach (var range in reference.Split(','))
        {
            var pair = reference[range].Trim();
            var equals = pair.IndexOf('=');
            if (equals > 0 && (pair[..equals].SequenceEqual(name) || pair[..equals].SequenceEqual(shortName))) return pair[(equals + 1)..];
        }
        return [];
    }
}
