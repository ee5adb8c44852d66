using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Nodes;

/// <summary>A frame with its windows made readable. Bytes that are none of this program's read as nothing measured.</summary>
internal sealed class NodeReading
{
    private readonly Dictionary<int, Series> series;

    public NodeReading(NodeFrame frame)
    {
        Frame = frame;
        series = frame.Series.DistinctBy(one => one.Id).ToDictionary(one => one.Id, one => new Series(one.Id, one.Name, one.Kind, one.Bounds));
    }

    public NodeFrame Frame { get; }

    public Window Window(string name) => Read(frame: Frame.Windows.GetValueOrDefault(name));

    public IEnumerable<HistoryBin> Bins(string period) =>
        Frame.Bins.GetValueOrDefault(period)?.Select(bin => new HistoryBin(bin.Key, Read(bin.Value))) ?? [];

    private Window Read(byte[]? frame)
    {
        var values = new Dictionary<int, SeriesValue>();
        try
        {
            PointFormat.MergeInto(values, frame ?? [], series.GetValueOrDefault, SeriesFilter.All);
        }
        catch (InvalidDataException)
        {
            values.Clear();
        }

        return new Window(values, series.GetValueOrDefault);
    }
}
