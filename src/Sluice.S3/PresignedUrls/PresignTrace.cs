using Microsoft.Extensions.Logging;
using Sluice.Core.Telemetry;

namespace Sluice.S3.PresignedUrls;

/// <summary>Tells what happens to URLs: to the log (rows MTR-23 to MTR-27, PRE-12) and, where they are wanted, in records of the same names (rows MTR-30 to MTR-33). Paths are shortened, and nothing holds a URL.</summary>
internal sealed class PresignTrace(ILogger log, MetricRecords? records)
{
    /// <summary>Does anybody want to know of every request?</summary>
    public bool IsOn => records is not null || log.IsEnabled(LogLevel.Debug);

    public void Hit(string path) => Request("presigned_url_cache_hit", path, PresignEvents.Hit);

    public void Miss(string path) => Request("presigned_url_cache_miss", path, PresignEvents.Miss);

    public void RefreshNeeded(string path) => Request("presigned_url_refresh_needed", path, PresignEvents.RefreshNeeded);

    public void Duration(TimeSpan time)
    {
        var milliseconds = (long)Math.Round(time.TotalMilliseconds);
        if (log.IsEnabled(LogLevel.Debug)) PresignEvents.Duration(log, milliseconds, "get");
        records?.Add("presigned_url_cache_duration", 1, new Dictionary<string, string> { ["duration_ms"] = milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture), ["operation"] = "get" });
    }

    /// <summary>The store failed; the URL is signed without it.</summary>
    public void CacheError(string path, Exception failure)
    {
        var (shown, error) = (PresignEvents.Truncate(path), $"{failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")}");
        PresignEvents.CacheError(log, shown, error);
        Error("presigned_url_cache_error", shown, "store", error);
    }

    /// <summary>A refresh failed; the URL goes on being handed out until its end.</summary>
    public void RefreshFailed(string path, string category, string error)
    {
        var shown = PresignEvents.Truncate(path);
        PresignEvents.RefreshFailed(log, shown, category, error);
        Error("presigned_url_refresh_failed", shown, category, error);
    }

    private void Request(string name, string path, Action<ILogger, string> write)
    {
        if (!IsOn) return;
        var shown = PresignEvents.Truncate(path);
        if (log.IsEnabled(LogLevel.Debug)) write(log, shown);
        records?.Add(name, 1, new Dictionary<string, string> { ["path"] = shown });
    }

    private void Error(string name, string path, string category, string error) =>
        records?.Add(name, 1, new Dictionary<string, string> { ["path"] = path, ["category"] = category, ["error"] = error });
}
