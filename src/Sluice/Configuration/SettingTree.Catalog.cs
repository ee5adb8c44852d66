using Sluice.Catalog.Storage;

namespace Sluice.Configuration;

internal static partial class SettingTree
{
    private static SettingGroup<CatalogSection> Catalog => new(() => new CatalogSection(),
        new ValueSetting<CatalogSection, bool>("enabled", ValueKinds.Switch, o => o.Enabled, (o, v) => o.Enabled = v,
            "Whether there is a catalog. Until it is first asked for something it does nothing."),
        new ValueSetting<CatalogSection, string>("directory", ValueKinds.Path, o => o.Directory, (o, v) => o.Directory = v,
            "Folder of the catalog: its SQLite database, the files where no store is named, and scratch space for transcoding. Processes of one machine may share it.") { Flag = "--catalog", DefaultText = "~/.sluice/catalog" },
        new ValueSetting<CatalogSection, string?>("database", ValueKinds.OptionalText, o => o.Database, (o, v) => o.Database = v,
            "PostgreSQL 15 or later, as postgres://USER@HOST/NAME, for several machines. Of several HOSTs, with commas between them, the one that can be written is used.") { Secret = true, Check = CheckDatabase, DefaultText = "SQLite in the folder" },
        new SectionSetting<CatalogSection, OriginSection>("store", Origin, o => o.Store, "Where uploads and renditions are: a folder, or s3 with a bucket. The edge serves /hls of it."),
        new ValueSetting<CatalogSection, TimeSpan>("ttl", ValueKinds.Time, o => o.Ttl, (o, v) => o.Ttl = v,
            "How long a video's row stays in the metadata cache when no change is told.") { Alias = "REDIS_TTL", Check = CheckNotZero },
        new ValueSetting<CatalogSection, Uri?>("uploadEndpoint", ValueKinds.OptionalUrl, o => o.UploadEndpoint, (o, v) => o.UploadEndpoint = v,
            "URL under which clients reach the S3 server of the store, for the addresses they upload to.") { DefaultText = "the store's endpoint" },
        new ValueSetting<CatalogSection, TimeSpan>("uploadValidity", ValueKinds.Time, o => o.UploadValidity, (o, v) => o.UploadValidity = v,
            "How long an upload URL is valid.") { Check = CheckWait },
        new ValueSetting<CatalogSection, long>("uploadLimit", ValueKinds.Size, o => o.UploadLimit, (o, v) => o.UploadLimit = v,
            "The largest file to take. A bucket takes any; what is larger in it is not transcoded."),
        new ValueSetting<CatalogSection, int>("workers", ValueKinds.Number, o => o.Workers, (o, v) => o.Workers = v,
            "How many videos this process transcodes at once; 0 leaves it to sluice worker.") { Flag = "--workers" },
        new ValueSetting<CatalogSection, TimeSpan>("lease", ValueKinds.Time, o => o.Lease, (o, v) => o.Lease = v,
            "After how long another worker takes the job of one that is not heard of any more.") { Check = v => v < TimeSpan.FromSeconds(1) ? ("is too short to be kept", "write one such as 30s") : CheckWait(v) },
        new ValueSetting<CatalogSection, int>("attempts", ValueKinds.Count, o => o.Attempts, (o, v) => o.Attempts = v,
            "How often transcoding is begun before the video is FAILED."),
        new ValueSetting<CatalogSection, TimeSpan>("retryPause", ValueKinds.Time, o => o.RetryPause, (o, v) => o.RetryPause = v,
            "Pause before the second attempt, doubled for each further one.") { Check = v => v == TimeSpan.Zero ? null : CheckWait(v) },
        new ValueSetting<CatalogSection, TimeSpan>("keepOldRenditions", ValueKinds.Time, o => o.KeepOldRenditions, (o, v) => o.KeepOldRenditions = v,
            "How long the files of an earlier encode stay for those who are watching them."),
        new ValueSetting<CatalogSection, string?>("playbackKey", ValueKinds.OptionalText, o => o.PlaybackKey, (o, v) => o.PlaybackKey = v,
            "Makes videos private: the API answers addresses with a token signed by this key, and the edge serves no others. The same on every server.") { Secret = true, Check = CheckToken },
        new ValueSetting<CatalogSection, TimeSpan>("playbackLifetime", ValueKinds.Time, o => o.PlaybackLifetime, (o, v) => o.PlaybackLifetime = v,
            "How long a token of a private video is good; at least as long as the video.") { Check = CheckNotZero });

    private static (string Problem, string Remedy)? CheckDatabase(string? address)
    {
        try
        {
            if (address is not null) PostgresAddress.Read(address);
            return null;
        }
        catch (ArgumentException e)
        {
            return ($"is not the address of a PostgreSQL database ({e.Message.TrimEnd('.')})", "write postgres://USER@HOST/NAME");
        }
    }
}
