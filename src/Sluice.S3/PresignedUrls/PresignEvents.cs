using Microsoft.Extensions.Logging;

namespace Sluice.S3.PresignedUrls;

/// <summary>Log lines of presigned URLs (rows MTR-23 to MTR-27, PRE-12). Paths are shortened, and no line holds a URL.</summary>
internal static partial class PresignEvents
{
    private const int LongestPath = 40;

    [LoggerMessage(4101, LogLevel.Debug, "presigned_url_cache_miss path={Path}", EventName = "presigned_url_cache_miss")]
    public static partial void Miss(ILogger log, string path);

    [LoggerMessage(4102, LogLevel.Debug, "presigned_url_cache_hit path={Path}", EventName = "presigned_url_cache_hit")]
    public static partial void Hit(ILogger log, string path);

    [LoggerMessage(4103, LogLevel.Debug, "presigned_url_refresh_needed path={Path}", EventName = "presigned_url_refresh_needed")]
    public static partial void RefreshNeeded(ILogger log, string path);

    [LoggerMessage(4104, LogLevel.Warning, "presigned_url_cache_error path={Path} category=store error={Error}; the URL is signed without the store", EventName = "presigned_url_cache_error")]
    public static partial void CacheError(ILogger log, string path, string error);

    [LoggerMessage(4105, LogLevel.Debug, "presigned_url_cache_duration duration_ms={DurationMs} operation={Operation}", EventName = "presigned_url_cache_duration")]
    public static partial void Duration(ILogger log, long durationMs, string operation);

    [LoggerMessage(4106, LogLevel.Warning, "presigned_url_refresh_failed path={Path} category={Category} error={Error}; it is tried again in five seconds", EventName = "presigned_url_refresh_failed")]
    public static partial void RefreshFailed(ILogger log, string path, string category, string error);

    [LoggerMessage(4107, LogLevel.Information, "presigned_url_rotation {Outcome}: {Resigned} signed again, {Probed} probed, {Refused} refused, {Purged} purged. {Reason}", EventName = "presigned_url_rotation")]
    public static partial void Rotated(ILogger log, string outcome, int resigned, int probed, int refused, int purged, string reason);

    /// <summary>A path short enough for a log line, without characters that would break it: its beginning and its end (row MTR-29).</summary>
    public static string Truncate(string path)
    {
        var text = path.Length <= LongestPath ? path : string.Concat(path.AsSpan(0, 20), "…", path.AsSpan(path.Length - 19));
        return text.AsSpan().ContainsAnyInRange('\0', ' ') ? string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++) target[i] = source[i] <= ' ' ? '_' : source[i];
        }) : text;
    }
}
