using Sluice.Configuration;
using Sluice.Core.Telemetry;
using Sluice.Monitoring;
using Sluice.S3.PresignedUrls;

namespace Sluice.Hosting;

/// <summary>What monitoring is told of this server.</summary>
internal static class Monitoring
{
    private const string FileName = "history.db";
    private const string BoardName = "monitoring";
    private const int Hottest = 10;

    /// <summary>The settings, as monitoring reads them.</summary>
    public static MonitoringOptions Options(SluiceOptions options)
    {
        var section = options.Monitoring;
        var result = new MonitoringOptions
        {
            IsEnabled = section.Enabled,
            HistoryFile = section.History && options.Cache.Disk > 0 ? Path.Combine(Path.GetFullPath(options.Cache.Directory), FileName) : null,
            HistoryBytes = section.HistorySize,
            Node = section.Node ?? Environment.MachineName,
            Version = ProgramVersion.Text,
            Reports = section.Reports,
            Otlp = section.Otlp,
            TraceShare = section.TraceShare,
        };
        section.Prices.CopyTo(result.Prices);
        section.Alerts.CopyTo(result.Thresholds, result.Targets);
        return result;
    }

    /// <summary>What is no metric.</summary>
    public static MonitorSources Sources(ServerState state) => new()
    {
        Hottest = () => [.. (state.Engine?.Counters.Hot.Top(Hottest) ?? []).Select(hot => new HotItem(QueryRedaction.RedactTarget(hot.Target), hot.Requests, hot.Bytes))],
        Purges = () => [.. (state.Engine?.Cache.RecentPurges ?? []).Select(done => new PurgeItem(done.At, $"{done.Request.Kind.ToString().ToLowerInvariant()} {QueryRedaction.RedactTarget(done.Request.Value)}", done.Receipt.Objects, done.Receipt.MemoryBytes + done.Receipt.DiskBytes))],
        Credentials = cancellation => CredentialsAsync(state, cancellation),
        HasUrls = () => state.Engine?.Presign.Named.Count > 0,
        Origins = () => state.Engine?.Edge.Origins.ToHashSet(StringComparer.Ordinal),
        Board = () => state.Engine?.Redis?.Stores.Open(BoardName),
    };

    /// <summary>A signature is the proof that there are credentials; nothing is asked of the bucket.</summary>
    private static async Task<IReadOnlyList<Fact>> CredentialsAsync(ServerState state, CancellationToken cancellation)
    {
        var facts = new List<Fact>();
        foreach (var (name, urls) in state.Engine?.Presign.Named ?? new Dictionary<string, IPresignedUrls>())
        {
            try
            {
                var url = await urls.GetAsync("sluice-credential-check", null, cancellation);
                facts.Add(new Fact(name, $"there are credentials; what they sign now is valid until {url.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC", "good"));
            }
            catch (PresignedUrlException e)
            {
                facts.Add(new Fact(name, e.Message, "bad"));
            }
        }

        return facts;
    }
}
