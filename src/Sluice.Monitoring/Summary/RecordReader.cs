using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Summary;

/// <summary>Reads stored series as they are, for charts of one's own (row TRD-01).</summary>
internal static class RecordReader
{
    /// <summary>Points answered at most.</summary>
    private const int Maximum = 10_000;

    /// <summary>Records of an instrument over a time, the oldest first, from the finest level that has it and in steps that keep the answer small.</summary>
    public static IReadOnlyList<MetricRecord> Read(HistoryStore store, string name, long from, long to, long now)
    {
        var level = HistoryLevel.All.FirstOrDefault(one => from >= now - (long)one.Keep.TotalSeconds && (to - from) / one.Seconds <= 2000) ?? HistoryLevel.Hour;
        var records = new List<MetricRecord>();
        foreach (var bin in store.Read(level, level.Floor(from), to, level.Seconds, new SeriesFilter(name)))
            foreach (var (id, value) in bin.Window.Values)
            {
                if (records.Count == Maximum) return records;
                var series = store.Catalog.Find(id)!;
                records.Add(new MetricRecord(series.Instrument, series.Kind == SeriesKind.Histogram ? value.Buckets.Sum() : value.Value, series.Labels, bin.At * 1000));
            }

        return records;
    }
}
