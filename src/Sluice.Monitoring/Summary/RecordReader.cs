using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Summary;

/// <summary>Reads stored series as they are, for charts of one's own (row TRD-01).</summary>
internal static class RecordReader
{
    /// <summary>Points answered at most.</summary>
    private const int Maximum = 10_000;

    /// <summary>Records of an instrument over a time, the oldest first, from the finest level that has all of it and keeps the answer small.</summary>
    public static IReadOnlyList<MetricRecord> Read(HistoryStore store, string name, long from, long to, long now)
    {
        List<MetricRecord> records = [];
        foreach (var level in HistoryLevel.All.Where(one => one == HistoryLevel.Hour || (from >= now - (long)one.Keep.TotalSeconds && (to - from) / one.Seconds <= 2000)))
        {
            records = [.. Of(store, name, level, from, to).Take(Maximum + 1)];
            // Of many series the latest would be missing, which are what is looked for.
            if (records.Count <= Maximum) return records;
        }

        return records[..Maximum];
    }

    private static IEnumerable<MetricRecord> Of(HistoryStore store, string name, HistoryLevel level, long from, long to)
    {
        foreach (var bin in store.Read(level, level.Floor(from), to, level.Seconds, new SeriesFilter(name)))
            foreach (var (id, value) in bin.Window.Values)
            {
                var series = store.Catalog.Find(id)!;
                yield return new MetricRecord(series.Instrument, series.Kind == SeriesKind.Histogram ? value.Buckets.Sum() : value.Value, series.Labels, bin.At * 1000);
            }
    }
}
