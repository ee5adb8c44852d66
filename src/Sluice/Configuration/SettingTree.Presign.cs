namespace Sluice.Configuration;

internal static partial class SettingTree
{
    private static ValueKind<string> Records => new("one of off, log, URL", "write off, log, or http:// or https:// and the rest of a URL",
        (string text, out string value) =>
        {
            value = text;
            return text is "off" or "log" || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Fragment.Length == 0);
        }, value => Uri.TryCreate(value, UriKind.Absolute, out var url) ? $"{url.Scheme}://{url.Authority}" : value, """{"type":["string","null"],"pattern":"^(off|log|https?://[^#@]+)$"}""") { Null = ValueKinds.Off };

    private static SettingGroup<PresignSection> Presign => new(() => new PresignSection(),
        new ValueSetting<PresignSection, int>("expiresInSeconds", ValueKinds.Count, o => o.ExpiresInSeconds, (o, v) => o.ExpiresInSeconds = v,
            "How long a presigned URL is valid, from the moment it is signed for: 1 to 604800 seconds (7 days)."),
        new ValueSetting<PresignSection, double>("refreshThreshold", ValueKinds.Share, o => o.RefreshThreshold, (o, v) => o.RefreshThreshold = v,
            "Share of its time in the cache that is left when a URL is renewed in the background."),
        new ValueSetting<PresignSection, TimeSpan?>("refreshBefore", ValueKinds.OptionalTime, o => o.RefreshBefore, (o, v) => o.RefreshBefore = v,
            "How long before it leaves the cache a URL is renewed, as a time instead of a share, such as 5m.") { DefaultText = "what refreshThreshold says" },
        new ValueSetting<PresignSection, double>("cacheBufferFactor", ValueKinds.Share, o => o.CacheBufferFactor, (o, v) => o.CacheBufferFactor = v,
            "Share of its validity for which a URL is handed out: of an hour, 54 minutes, so that 6 are always left."),
        new ValueSetting<PresignSection, TimeSpan?>("minimumRemaining", ValueKinds.OptionalTime, o => o.MinimumRemaining, (o, v) => o.MinimumRemaining = v,
            "Validity that every URL handed out still has.") { DefaultText = "what cacheBufferFactor leaves" },
        new ValueSetting<PresignSection, bool>("stable", ValueKinds.Switch, o => o.Stable, (o, v) => o.Stable = v,
            "Sign for the beginning of a period derived from the key, so that every server hands out the same URL and browsers can cache it. false: sign for the moment first asked."),
        new ValueSetting<PresignSection, double>("share", ValueKinds.Share, o => o.Share, (o, v) => o.Share = v,
            "Share of paths, chosen by a hash of the path, that use this cache; the others are signed anew each time."),
        new ValueSetting<PresignSection, TimeSpan?>("adaptiveMaximum", ValueKinds.OptionalTime, o => o.AdaptiveMaximum, (o, v) => o.AdaptiveMaximum = v,
            "Longest validity that often used paths may grow to.") { DefaultText = "none: all paths have the same" },
        new ValueSetting<PresignSection, int>("maximumEntries", ValueKinds.Count, o => o.MaximumEntries, (o, v) => o.MaximumEntries = v,
            "How many URLs of a bucket are held in memory, about 330 bytes each."),
        new ValueSetting<PresignSection, bool>("verifyBeforeUse", ValueKinds.Switch, o => o.VerifyBeforeUse, (o, v) => o.VerifyBeforeUse = v,
            "Try a URL for reading on the server, by a request for one byte, before it is first handed out."),
        new ValueSetting<PresignSection, bool>("store", ValueKinds.Switch, o => o.Store, (o, v) => o.Store = v,
            "Keep URLs beyond restarts, in kv.db in the cache directory; only where there is a disk tier."),
        new ValueSetting<PresignSection, string>("records", Records, o => o.Records, (o, v) => o.Records = v,
            "Where a record of every request for a URL goes, in batches of 50: off, log, or a URL that they are posted to as JSON. What a URL has in its path and query is not shown."),
        new ListSetting<PresignSection, PresignRegionSection>("regions", PresignRegion, o => o.Regions,
            "Replicas of the buckets in other regions, for callers that ask for a region. Keys and prefix are those of the bucket."));

    private static SettingGroup<PresignRegionSection> PresignRegion => new(() => new PresignRegionSection(),
        new ValueSetting<PresignRegionSection, string>("region", ValueKinds.Text, o => o.Region, (o, v) => o.Region = v, "Region to sign for, and the name to ask for it by."),
        new ValueSetting<PresignRegionSection, string>("bucket", ValueKinds.Text, o => o.Bucket, (o, v) => o.Bucket = v, "Name of the replica."),
        new ValueSetting<PresignRegionSection, string?>("of", ValueKinds.OptionalText, o => o.Of, (o, v) => o.Of = v, "Name of the bucket that it is a replica of.") { DefaultText = "the only one of the routes" },
        new ValueSetting<PresignRegionSection, Uri?>("endpoint", ValueKinds.OptionalUrl, o => o.Endpoint, (o, v) => o.Endpoint = v, "URL of an S3-compatible server.") { DefaultText = "AWS" },
        new ValueSetting<PresignRegionSection, bool?>("pathStyle", ValueKinds.OptionalSwitch, o => o.PathStyle, (o, v) => o.PathStyle = v, "As a bucket's.") { DefaultText = "as a bucket's" });
}
