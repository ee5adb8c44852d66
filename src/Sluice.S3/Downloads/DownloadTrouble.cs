using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Origins;
using Sluice.Core.Sqlite;

namespace Sluice.S3.Downloads;

/// <summary>Tells of trouble with the cache, each kind once in ten minutes: every download may run into it, and none fails for it (row S3D-17). Details are for those who want them (row DBG-06).</summary>
internal sealed class DownloadTrouble(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> said = new();

    /// <summary>True for what the cache, not the bucket, ran into.</summary>
    public static bool Is(Exception failure) => failure is SqliteException or UnauthorizedAccessException or DownloadWriteException or (IOException and not (S3DownloadException or OriginException));

    /// <summary>The cache directory cannot be used.</summary>
    public void Unusable(string directory, Exception failure)
    {
        log.LogDebug(DownloadEvents.CacheUnusable, failure, "The download cache failed");
        if (failure is SqliteException locked && locked.IsBusy())
        {
            if (IsNew("busy"))
                log.LogWarning(DownloadEvents.CacheUnusable, "Another process keeps the index of the download cache {Directory} locked; what needs it goes past the cache until it lets go. One that was stopped (Ctrl-Z) does: let it go on, or end it (fuser {Index} names who has it open)", directory, Path.Combine(directory, "index.db"));
        }
        else if (IsNew("unusable"))
            log.LogWarning(DownloadEvents.CacheUnusable, "The download cache {Directory} cannot be used ({Reason}); downloads go past it. Check its permissions and free space, or choose another (CACHE_DIR)", directory, failure.Message.ReplaceLineEndings(" ").TrimEnd('.'));
    }

    /// <summary>A file is too large for what is free.</summary>
    public void NoRoom(string url, long length, S3DownloadCacheOptions options)
    {
        if (IsNew("room"))
            log.LogWarning(DownloadEvents.NoRoom, "{Url} ({Bytes} bytes) finds no room in the download cache and is kept in the folder for temporary files: the cache may hold {MaximumBytes} bytes and {MaximumEntries} files, and files handed out within {Lease} stay. Raise CACHE_MAX_SIZE_MB or CACHE_MAX_ENTRIES, or free disk space", url, length, options.MaximumBytes, options.MaximumEntries, options.Lease);
    }

    /// <summary>Another process began to fetch an object, or to pack or unpack it, and stands still.</summary>
    public void StandsStill(string url)
    {
        if (IsNew("still"))
            log.LogWarning(DownloadEvents.StandsStill, "Another process that works on {Url} in the download cache has stood still for a minute, as one that was stopped (Ctrl-Z) does: the file comes past the cache. Let that process go on, or end it", url);
    }

    private bool IsNew(string kind)
    {
        var now = time.GetUtcNow();
        if (said.TryGetValue(kind, out var last) && now - last < Pause) return false;
        said[kind] = now;
        return true;
    }
}
