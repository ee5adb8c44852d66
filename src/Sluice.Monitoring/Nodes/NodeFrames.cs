using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Nodes;

/// <summary>Makes this node's frames.</summary>
internal sealed class NodeFrames(string id, MonitoringOptions options, MonitorSources sources, MonitorParts parts)
{
    /// <summary>A sign of life, with what was measured where somebody looks.</summary>
    public async Task<NodeFrame> MakeAsync(bool isAsked, DateTimeOffset now, TimeSpan uptime, CancellationToken cancellation)
    {
        var frame = new NodeFrame { Id = id, Name = options.Node, Version = options.Version, Uptime = Math.Round(uptime.TotalSeconds), HasUrls = sources.HasUrls() };
        if (!isAsked) return frame;
        var at = now.ToUnixTimeSeconds();
        var windows = await parts.Reader.ReadAsync(live => Windows(at, live), cancellation);
        return frame with
        {
            Series = Series(MeasureScopes.Wanted),
            Windows = windows,
            MinuteSeconds = parts.Reader.LastMinuteSeconds(now, uptime),
            Hottest = sources.Hottest(),
            Alerts = [.. parts.Store.Records.Alerts(at - Period.All[^1].Seconds).Take(50).Select(AlertItems.Of)],
        };
    }

    private Dictionary<string, byte[]> Windows(long at, Window live)
    {
        var windows = new Dictionary<string, byte[]> { ["minute"] = Write(parts.Reader.LastMinute(at).With(live)) };
        foreach (var period in Period.All)
        {
            windows[period.Name] = Write(parts.Reader.Period(period, at).With(live));
            windows["before " + period.Name] = Write(parts.Reader.Before(period, at));
        }

        return windows;
    }

    /// <summary>The bins of all charts.</summary>
    public NodeFrame MakeTrend(DateTimeOffset now)
    {
        var at = now.ToUnixTimeSeconds();
        return new NodeFrame
        {
            Id = id,
            Name = options.Node,
            Version = options.Version,
            Series = Series(TrendBuilder.Wanted),
            Bins = Period.All.ToDictionary(period => period.Name, period => (IReadOnlyDictionary<long, byte[]>)parts.Trends.Bins(period, at).ToDictionary(bin => bin.At, bin => Write(bin.Window))),
            Marks = parts.Trends.Marks(Period.All[^1], at),
        };
    }

    private NodeSeries[] Series(SeriesFilter wanted) => [.. parts.Store.Catalog.All.Where(wanted.Takes).Select(one => new NodeSeries(one.Id, one.Name, one.Kind, one.Bounds))];

    private byte[] Write(Window window) => PointFormat.Write(window.Values.Where(pair => MeasureScopes.Wanted.Takes(parts.Store.Catalog.Find(pair.Key)!)).ToDictionary(), key => parts.Store.Catalog.Find(key)!.Kind);
}
