using Sluice.Configuration;
using Sluice.Logging;
using Sluice.Monitoring;

namespace Sluice.Hosting;

/// <summary>What monitoring is told of this server.</summary>
internal static class Monitoring
{
    private const string FileName = "history.db";
    private const int Hottest = 10;

    /// <summary>The settings, as monitoring reads them.</summary>
    public static MonitoringOptions Options(SluiceOptions options)
    {
        var section = options.Monitoring;
        var result = new MonitoringOptions
        {
            HistoryFile = section.History && options.Cache.Disk > 0 ? Path.Combine(Path.GetFullPath(options.Cache.Directory), FileName) : null,
            HistoryBytes = section.HistorySize,
            Node = section.Node ?? Environment.MachineName,
            Version = ProgramVersion.Text,
            Reports = section.Reports,
        };
        section.Prices.CopyTo(result.Prices);
        section.Alerts.CopyTo(result.Thresholds, result.Targets);
        return result;
    }

    /// <summary>What is no metric.</summary>
    public static MonitorSources Sources(ServerState state) => new()
    {
        Hottest = () => [.. (state.Engine?.Counters.Hot.Top(Hottest) ?? []).Select(hot => new HotItem(Shown(hot.Target), hot.Requests, hot.Bytes))],
        Purges = () => [.. (state.Engine?.Cache.RecentPurges ?? []).Select(done => new PurgeItem(done.At, $"{done.Request.Kind.ToString().ToLowerInvariant()} {Shown(done.Request.Value)}", done.Receipt.Objects, done.Receipt.MemoryBytes + done.Receipt.DiskBytes))],
        HasUrls = () => state.Engine?.Presign.Named.Count > 0,
    };

    private static string Shown(string target) => target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[..mark] + QueryRedaction.Redact(target[mark..]) : target;
}
