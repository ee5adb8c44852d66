namespace Sluice.Monitoring.History;

/// <summary>What a series did in some stretch of time. Two that follow each other merge into one: sums add up, buckets add up, the later gauge wins.</summary>
internal sealed class SeriesValue
{
    /// <summary>Counter: what was added. Gauge: the last value. Histogram: sum of what was measured.</summary>
    public double Value { get; set; }

    /// <summary>Gauge: the largest value.</summary>
    public double Maximum { get; set; }

    /// <summary>Histogram: counts by bucket; one more than there are bounds.</summary>
    public long[] Buckets { get; set; } = [];

    /// <summary>Adds what came after.</summary>
    public void Merge(SeriesValue later, SeriesKind kind)
    {
        Maximum = Math.Max(Maximum, later.Maximum);
        Value = kind == SeriesKind.Gauge ? later.Value : Value + later.Value;
        if (kind != SeriesKind.Histogram) return;
        if (Buckets.Length == 0) Buckets = new long[later.Buckets.Length];
        for (var i = 0; i < Buckets.Length; i++) Buckets[i] += later.Buckets[i];
    }

    /// <summary>One that does not change with this.</summary>
    public SeriesValue Copy() => new() { Value = Value, Maximum = Maximum, Buckets = [.. Buckets] };
}
