namespace Sluice.Monitoring.History;

/// <summary>One series of the history: an instrument with one set of labels.</summary>
internal sealed class Series
{
    private readonly (string Key, string Value)[] labels;

    public Series(int id, string name, SeriesKind kind, double[] bounds)
    {
        (Id, Name, Kind, Bounds) = (id, name, kind, bounds);
        var brace = name.IndexOf('{', StringComparison.Ordinal);
        Instrument = brace < 0 ? name : name[..brace];
        labels = brace < 0 ? [] : [.. name[(brace + 1)..^1].Split(',').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[^1]))];
    }

    /// <summary>Its number in the file.</summary>
    public int Id { get; }

    /// <summary>Instrument and labels: <c>sluice.edge.requests{outcome=hit}</c>.</summary>
    public string Name { get; }

    public string Instrument { get; }

    public SeriesKind Kind { get; }

    /// <summary>Upper bounds of the buckets but the last, which has none; empty for other kinds.</summary>
    public double[] Bounds { get; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels => labels.ToDictionary(label => label.Key, label => label.Value);

    /// <summary>The value of a label; null when it has none of that name.</summary>
    public string? Label(string key)
    {
        foreach (var (name, value) in labels)
            if (name == key) return value;
        return null;
    }
}
