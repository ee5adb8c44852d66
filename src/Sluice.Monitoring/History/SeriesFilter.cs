namespace Sluice.Monitoring.History;

/// <summary>Which series a reader wants: those of some instruments, or all.</summary>
internal sealed class SeriesFilter(params string[] instruments)
{
    /// <summary>Every series.</summary>
    public static readonly SeriesFilter All = new();

    private readonly HashSet<string> names = new(instruments, StringComparer.Ordinal);

    public bool Takes(Series series) => names.Count == 0 || names.Contains(series.Instrument);
}
