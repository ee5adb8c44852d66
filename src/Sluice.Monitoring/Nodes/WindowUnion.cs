using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Nodes;

/// <summary>What several nodes did in the same stretch of time, as one: counters and buckets add up, and so do gauges, but for those that are about something the nodes share.</summary>
internal static class WindowUnion
{
    // One store for all, told by each; and a breaker that is open anywhere is open.
    private static readonly HashSet<string> Shared = [MeasureNames.StoreSize, MeasureNames.StoreLimit, MeasureNames.StoreEntries, MeasureNames.Circuit, MeasureNames.WhatIfShare];

    public static Window Of(IReadOnlyList<Window> nodes)
    {
        if (nodes is [var only]) return only;
        var (ids, series, values) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<Series>(), new Dictionary<int, SeriesValue>());
        foreach (var (one, value) in nodes.SelectMany(node => node.All))
        {
            // Nodes of different releases may have different bounds: those are different series, which only a histogram can add.
            var key = $"{one.Name}\n{(int)one.Kind}\n{string.Join(' ', one.Bounds)}";
            if (!ids.TryGetValue(key, out var id))
            {
                ids[key] = id = series.Count;
                series.Add(one);
                values[id] = value.Copy();
            }
            else Add(one, values[id], value);
        }

        return new Window(values, id => (uint)id < (uint)series.Count ? series[id] : null);
    }

    private static void Add(Series series, SeriesValue sum, SeriesValue value)
    {
        if (series.Kind != SeriesKind.Gauge) sum.Merge(value, series.Kind);
        else if (Shared.Contains(series.Instrument)) (sum.Value, sum.Maximum) = (Math.Max(sum.Value, value.Value), Math.Max(sum.Maximum, value.Maximum));
        else (sum.Value, sum.Maximum) = (sum.Value + value.Value, sum.Maximum + value.Maximum);
    }
}
