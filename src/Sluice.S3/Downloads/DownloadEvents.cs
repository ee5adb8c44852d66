using Microsoft.Extensions.Logging;

namespace Sluice.S3.Downloads;

/// <summary>Event ids of the download cache's log lines.</summary>
internal static class DownloadEvents
{
    public static readonly EventId IndexDamaged = new(4001, nameof(IndexDamaged));
    public static readonly EventId CacheUnusable = new(4002, nameof(CacheUnusable));
    public static readonly EventId FileDamaged = new(4003, nameof(FileDamaged));
    public static readonly EventId NoRoom = new(4004, nameof(NoRoom));
    public static readonly EventId Resumed = new(4005, nameof(Resumed));
    public static readonly EventId Fetched = new(4006, nameof(Fetched));
    public static readonly EventId CleaningFailed = new(4007, nameof(CleaningFailed));
    public static readonly EventId Adopted = new(4008, nameof(Adopted));
    public static readonly EventId PrefetchFailed = new(4009, nameof(PrefetchFailed));
    public static readonly EventId ShareFailed = new(4010, nameof(ShareFailed));
    public static readonly EventId StandsStill = new(4011, nameof(StandsStill));
}
