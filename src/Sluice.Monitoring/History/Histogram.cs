namespace Sluice.Monitoring.History;

/// <summary>Counts by bucket that can be added up over time and labels, so that a percentile of a day is one of all its measurements and not a mean of means.</summary>
internal sealed class Histogram
{
    private double[] bounds = [];
    private double[] counts = [0];

    /// <summary>Measurements.</summary>
    public double Count { get; private set; }

    /// <summary>Their sum.</summary>
    public double Sum { get; private set; }

    /// <summary>Their mean; null without any.</summary>
    public double? Average => Count > 0 ? Sum / Count : null;

    /// <summary>Adds counts. <paramref name="weight"/> is how many measurements each stands for, where only some were taken.</summary>
    public void Add(double[] otherBounds, ReadOnlySpan<long> otherCounts, double sum, double weight = 1)
    {
        if (!bounds.AsSpan().SequenceEqual(otherBounds)) Widen(otherBounds);
        for (var i = 0; i < otherCounts.Length; i++)
        {
            if (otherCounts[i] == 0) continue;
            var at = i == otherBounds.Length ? bounds.Length : Array.BinarySearch(bounds, otherBounds[i]);
            counts[at] += otherCounts[i] * weight;
            Count += otherCounts[i] * weight;
        }

        Sum += sum * weight;
    }

    /// <summary>
    /// The value below which a share of the measurements lie, linear within its bucket, as Prometheus does it (<c>histogram_quantile</c>); null without any.
    /// What lies above the last bound counts as the last bound.
    /// </summary>
    public double? Percentile(double share)
    {
        if (Count == 0) return null;
        var (rank, below) = (share * Count, 0.0);
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0 || below + counts[i] < rank)
            {
                below += counts[i];
                continue;
            }

            if (i == bounds.Length) break;
            var lower = i == 0 ? 0 : bounds[i - 1];
            return lower + ((bounds[i] - lower) * (rank - below) / counts[i]);
        }

        return bounds.Length == 0 ? null : bounds[^1];
    }

    /// <summary>Takes bounds of another release in; counts stay in the bucket of their own upper bound.</summary>
    private void Widen(double[] others)
    {
        var (before, beforeCounts) = (bounds, counts);
        bounds = [.. before.Union(others).Order()];
        counts = new double[bounds.Length + 1];
        counts[^1] = beforeCounts[^1];
        for (var i = 0; i < before.Length; i++) counts[Array.BinarySearch(bounds, before[i])] = beforeCounts[i];
    }
}
