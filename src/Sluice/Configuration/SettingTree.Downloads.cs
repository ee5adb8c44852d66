namespace Sluice.Configuration;

internal static partial class SettingTree
{
    private static SettingGroup<DownloadsSection> Downloads => new(() => new DownloadsSection(),
        new ValueSetting<DownloadsSection, bool>("enabled", ValueKinds.Switch, o => o.Enabled, (o, v) => o.Enabled = v,
            "Whether downloads are kept. false: every one is fetched.") { Alias = "CACHE_ENABLED" },
        new ValueSetting<DownloadsSection, string>("directory", ValueKinds.Path, o => o.Directory, (o, v) => o.Directory = v,
            "Where they are kept; several processes may share it.") { Alias = "CACHE_DIR", DefaultText = "~/.sluice/cache" },
        new ValueSetting<DownloadsSection, double>("maxSizeMB", ValueKinds.Amount, o => o.MaxSizeMB, (o, v) => o.MaxSizeMB = v,
            "Bound on the bytes of all files, in units of 1,048,576.") { Alias = "CACHE_MAX_SIZE_MB" },
        new ValueSetting<DownloadsSection, int>("maxEntries", ValueKinds.Count, o => o.MaxEntries, (o, v) => o.MaxEntries = v,
            "Bound on the number of files.") { Alias = "CACHE_MAX_ENTRIES" },
        new ValueSetting<DownloadsSection, double>("ttlHours", ValueKinds.Amount, o => o.TtlHours, (o, v) => o.TtlHours = v,
            "How many hours a file may be used from when it was fetched.")
        {
            Alias = "CACHE_TTL_HOURS",
            Check = v => v == 0 ? ("is no time at all", "write a number above 0, or switch the cache off by downloads.enabled") : null,
        },
        new ValueSetting<DownloadsSection, double>("leaseMinutes", ValueKinds.Amount, o => o.LeaseMinutes, (o, v) => o.LeaseMinutes = v,
            "How many minutes a file whose path was handed out is not evicted, by any process.")
        {
            Alias = "CACHE_LEASE_MINUTES",
            Check = v => v > 43_200 ? ("is more than 30 days", "write 43200 or less") : null,
        },
        new ValueSetting<DownloadsSection, bool>("compress", ValueKinds.Switch, o => o.Compress, (o, v) => o.Compress = v,
            "Keep files compressed where that saves a fifth or more; they are unpacked when handed out."),
        new ValueSetting<DownloadsSection, bool>("share", ValueKinds.Switch, o => o.Share, (o, v) => o.Share = v,
            "Take files from other machines' downloads, and let them have this one's, by the Redis of section redis. The bucket is still asked for the current version.") { Alias = "CACHE_SHARE" },
        new ValueSetting<DownloadsSection, long>("shareMaximum", ValueKinds.Size, o => o.ShareMaximum, (o, v) => o.ShareMaximum = v,
            "Bound on the bytes of shared files in Redis; beyond it the least recently used leave."),
        new ValueSetting<DownloadsSection, long>("shareMaximumFile", ValueKinds.Size, o => o.ShareMaximumFile, (o, v) => o.ShareMaximumFile = v, "Largest file that is shared."));
}
