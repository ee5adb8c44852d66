namespace Sluice.Monitoring.History;

/// <summary>What every series did in one stretch of time.</summary>
internal sealed class Window(Dictionary<int, SeriesValue> values, Func<int, Series?> find)
{
    /// <summary>Hits are measured one in this many (see <c>sluice.edge.duration</c> and <c>sluice.presign.duration</c>).</summary>
    public const int HitSampling = 16;

    // A summary asks some hundred questions. Made with the first one: by then nobody adds to the values any more.
    private Dictionary<string, List<(Series Series, SeriesValue Value)>>? byInstrument;

    public bool IsEmpty => values.Count == 0;

    /// <summary>The values by series, for merging.</summary>
    public Dictionary<int, SeriesValue> Values => values;

    /// <summary>The series with their values.</summary>
    public IEnumerable<(Series Series, SeriesValue Value)> All => values.Select(pair => (Series: find(pair.Key), pair.Value)).Where(pair => pair.Series is not null)!;

    /// <summary>What a counter was increased by, over all series of the instrument or over those with a label.</summary>
    public double Sum(string instrument, string? key = null, string? value = null) => Of(instrument, key, value).Sum(found => found.Value.Value);

    /// <summary>The last value of a gauge, series of it added up; null when there is none.</summary>
    public double? Last(string instrument)
    {
        double? sum = null;
        foreach (var (_, found) in Of(instrument, null, null)) sum = (sum ?? 0) + found.Value;
        return sum;
    }

    /// <summary>The last value of a gauge that all series of it tell of the same thing, as buckets do of the store they share; null when there is none.</summary>
    public double? Largest(string instrument)
    {
        double? largest = null;
        foreach (var (_, found) in Of(instrument, null, null)) largest = Math.Max(largest ?? found.Value, found.Value);
        return largest;
    }

    /// <summary>The values of a label, with what their counters were increased by.</summary>
    public IEnumerable<(string Label, double Sum)> By(string instrument, string key) =>
        Of(instrument, null, null).GroupBy(found => found.Series.Label(key) ?? "").Select(group => (group.Key, group.Sum(found => found.Value.Value)));

    /// <summary>The same, among the series with another label.</summary>
    public IEnumerable<(string Label, double Sum)> ByTwo(string instrument, string key, string value, string by) =>
        Of(instrument, key, value).GroupBy(found => found.Series.Label(by) ?? "").Select(group => (group.Key, group.Sum(found => found.Value.Value)));

    /// <summary>The histogram of an instrument, over all its series or those with a label; what is sampled counts as often as it stands for.</summary>
    public Histogram Histogram(string instrument, string? key = null, string? value = null)
    {
        var histogram = new Histogram();
        foreach (var (series, found) in Of(instrument, key, value))
            histogram.Add(series.Bounds, found.Buckets, found.Value, series.Label("path") == "fast" || series.Label("result") == "hit" ? HitSampling : 1);
        return histogram;
    }

    /// <summary>This window and one after it, as one.</summary>
    public Window With(Window later)
    {
        var merged = values.ToDictionary(pair => pair.Key, pair => pair.Value.Copy());
        foreach (var (id, value) in later.Values)
        {
            if (!merged.TryGetValue(id, out var held)) merged[id] = value.Copy();
            else if (find(id) is { } series) held.Merge(value, series.Kind);
        }

        return new Window(merged, find);
    }

    private IEnumerable<(Series Series, SeriesValue Value)> Of(string instrument, string? key, string? value)
    {
        var found = (byInstrument ??= Index()).GetValueOrDefault(instrument) ?? [];
        return key is null ? found : found.Where(one => one.Series.Label(key) == value);
    }

    private Dictionary<string, List<(Series Series, SeriesValue Value)>> Index()
    {
        var index = new Dictionary<string, List<(Series, SeriesValue)>>(StringComparer.Ordinal);
        foreach (var (series, value) in All)
        {
            if (!index.TryGetValue(series.Instrument, out var held)) index[series.Instrument] = held = [];
            held.Add((series, value));
        }

        return index;
    }
}
