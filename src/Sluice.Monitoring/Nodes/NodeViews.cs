using Sluice.Monitoring.History;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Nodes;

/// <summary>Summaries and lines of this node, of another, or of all of them together.</summary>
internal sealed class NodeViews(string id, MonitoringOptions options, NodeBoard board, MonitorParts parts, TimeProvider time)
{
    /// <summary>The word for all of them.</summary>
    public const string All = "all";

    private const int Looks = 12;

    /// <summary>The summary of a node, by id or name; null when there is none of that name. Without a word: of this one.</summary>
    public async Task<MonitoringSummary?> SummaryAsync(Period period, string? node, TimeSpan uptime, CancellationToken cancellation)
    {
        var others = await board.OthersAsync(id, false, cancellation);
        var nodes = Items(others);
        if (Choose(node, nodes) is not { } chosen) return null;
        if (chosen != id) others = await MeasuredAsync(others, chosen, cancellation);
        var now = time.GetUtcNow();
        var own = chosen == id || chosen == All ? await parts.Summaries.ThisAsync(period, now, uptime, cancellation) : null;
        var input = own is not null && chosen == id ? own
            : own is not null ? Together([own, .. others.Select(one => Of(one, period, now, nodes))])
            : others.FirstOrDefault(one => one.Frame.Id == chosen) is { } other ? Of(other, period, now, nodes) : null;
        return input is null ? null : parts.Summaries.Make(period, now, input) with { Nodes = nodes.Count > 1 ? nodes : [], Selected = chosen };
    }

    /// <summary>The lines of a node; null when there is none of that name.</summary>
    public async Task<TrendSeries?> TrendAsync(Period period, string scope, string? node, CancellationToken cancellation)
    {
        var at = time.GetUtcNow().ToUnixTimeSeconds();
        var there = await board.OthersAsync(id, false, cancellation);
        if (Choose(node, Items(there)) is not { } chosen) return null;
        if (chosen == id) return parts.Trends.Build(period, scope, at);
        // Who has laid out windows has laid out lines before.
        await MeasuredAsync(there, chosen, cancellation);
        var others = (await board.OthersAsync(id, true, cancellation)).Where(one => chosen == All || one.Frame.Id == chosen).ToList();
        var bins = others.SelectMany(one => one.Bins(period.Name)).Concat(chosen == All ? parts.Trends.Bins(period, at) : []).GroupBy(bin => bin.At).Select(group => new HistoryBin(group.Key, WindowUnion.Of([.. group.Select(bin => bin.Window)])));
        var marks = others.SelectMany(one => one.Frame.Marks.Select(mark => mark with { Text = $"{one.Frame.Name}: {mark.Text}" })).Where(mark => mark.At >= period.ChartFrom(at)).Concat(chosen == All ? parts.Trends.Marks(period, at) : []);
        return TrendBuilder.Make(period, scope, at, bins, [.. marks.OrderByDescending(mark => mark.At).Take(100)]);
    }

    private List<NodeItem> Items(IReadOnlyList<NodeReading> others)
    {
        var names = others.Select(one => one.Frame.Name).Append(options.Node).CountBy(name => name, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        return [new(id, Name(options.Node, id), options.Version, true), .. others.Select(one => new NodeItem(one.Frame.Id, Name(one.Frame.Name, one.Frame.Id), one.Frame.Version, false)).OrderBy(one => one.Name, StringComparer.Ordinal)];

        string Name(string name, string of) => names[name] > 1 ? $"{name} ({of[..Math.Min(4, of.Length)]})" : name;
    }

    private string? Choose(string? node, List<NodeItem> nodes) => string.IsNullOrEmpty(node) ? id : node == All ? All
        : nodes.Find(one => one.Id == node || one.Name == node)?.Id;

    /// <summary>Asks for what was measured, and waits a little for those that have not laid it out yet: only at first, as who has not by then was killed.</summary>
    private async Task<IReadOnlyList<NodeReading>> MeasuredAsync(IReadOnlyList<NodeReading> others, string chosen, CancellationToken cancellation)
    {
        if (!await board.AskAsync(cancellation)) return others;
        for (var look = 0; look < Looks && others.Any(one => (chosen == All || one.Frame.Id == chosen) && one.Frame.Windows.Count == 0); look++)
        {
            await Task.Delay(NodeBoard.Beat / 4, time, cancellation);
            others = await board.OthersAsync(id, false, cancellation);
        }

        return others;
    }

    private static SummaryInput Of(NodeReading one, Period period, DateTimeOffset now, List<NodeItem> nodes)
    {
        var (frame, name) = (one.Frame, nodes.Find(item => item.Id == one.Frame.Id)?.Name ?? one.Frame.Name);
        var since = now.AddSeconds(-period.Seconds);
        return new SummaryInput
        {
            Whole = one.Window(period.Name),
            Before = one.Window("before " + period.Name),
            Minute = one.Window("minute"),
            MinuteSeconds = frame.MinuteSeconds > 0 ? frame.MinuteSeconds : 60,
            Node = name,
            Version = frame.Version,
            Uptime = frame.Uptime,
            HasUrls = frame.HasUrls,
            Hottest = frame.Hottest,
            Alerts = [.. frame.Alerts.Where(alert => alert.Resolved is null || alert.Resolved >= since).Select(alert => alert with { Node = name })],
            Purges = [],
        };
    }

    /// <summary>What several nodes did, as one.</summary>
    public static SummaryInput Together(IReadOnlyList<SummaryInput> nodes) => new()
    {
        Whole = WindowUnion.Of([.. nodes.Select(one => one.Whole)]),
        Before = WindowUnion.Of([.. nodes.Select(one => one.Before)]),
        Minute = WindowUnion.Of([.. nodes.Select(one => one.Minute)]),
        // One that has just started did what it did within the minute of the others.
        MinuteSeconds = nodes.Max(one => one.MinuteSeconds),
        Node = nodes.Count == 1 ? nodes[0].Node : $"{nodes.Count} nodes",
        Version = string.Join(", ", nodes.Select(one => one.Version).Distinct()),
        Uptime = nodes.Max(one => one.Uptime),
        HasUrls = nodes.Any(one => one.HasUrls),
        Hottest = [.. nodes.SelectMany(one => one.Hottest).GroupBy(hot => hot.Path).Select(group => new HotItem(group.Key, group.Sum(hot => hot.Requests), group.Sum(hot => hot.Bytes))).OrderByDescending(hot => hot.Requests).Take(10)],
        Alerts = [.. nodes.SelectMany(one => one.Alerts.Select(alert => alert with { Node = alert.Node ?? one.Node })).OrderByDescending(alert => alert.Started)],
        // A purge reaches every node: each tells of all.
        Purges = nodes[0].Purges,
    };
}
