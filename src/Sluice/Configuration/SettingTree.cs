namespace Sluice.Configuration;

/// <summary>Every setting of the program.</summary>
internal static partial class SettingTree
{
    public static SettingGroup<SluiceOptions> Root { get; } = new(() => new SluiceOptions(),
        new SectionSetting<SluiceOptions, EdgeSection>("edge", Edge, o => o.Edge, "The public listener, which serves media."),
        new SectionSetting<SluiceOptions, ApiSection>("api", Api, o => o.Api, "The private listener: dashboard, purge, statistics, metrics, health."),
        new SectionSetting<SluiceOptions, CacheSection>("cache", Cache, o => o.Cache, "The memory and disk tiers."),
        new ListSetting<SluiceOptions, RouteSection>("routes", Route, o => o.Routes, "Which origins answer which paths, by what policy. The first route whose pattern matches is used."),
        new SectionSetting<SluiceOptions, PresignSection>("presign", Presign, o => o.Presign, "Presigned URLs of the buckets."),
        new SectionSetting<SluiceOptions, DownloadsSection>("downloads", Downloads, o => o.Downloads, "The download cache of sluice get and sluice cache; uploads in a bucket are transcoded from it, too."),
        new SectionSetting<SluiceOptions, RedisSection>("redis", RedisServer, o => o.Redis!, "The Redis that several nodes share. Without this section a server is alone.") { Written = o => o.Redis ??= new RedisSection() },
        new SectionSetting<SluiceOptions, CatalogSection>("catalog", Catalog, o => o.Catalog, "The video catalog: uploads, transcoding to HLS, and what is known of each video.") { Written = o => o.Catalog.MarkWritten() },
        new SectionSetting<SluiceOptions, VideoSection>("video", Video, o => o.Video, "What making variants of videos may take, over all routes. What a route makes of its videos stands in the route."),
        new SectionSetting<SluiceOptions, MonitoringSection>("monitoring", MonitoringSettings, o => o.Monitoring, "What is kept and told about this server: history, prices, alerts, reports."),
        new SectionSetting<SluiceOptions, LoggingSection>("logging", Logging, o => o.Logging, "What is logged, and how."));

    private static SettingGroup<EdgeSection> Edge => new(() => new EdgeSection(),
        new ValueSetting<EdgeSection, ListenAddress>("listen", ValueKinds.Address, o => o.Listen, (o, v) => o.Listen = v,
            "Address and port of the public listener.") { Flag = "--edge" },
        new ValueSetting<EdgeSection, bool>("fastHits", ValueKinds.Switch, o => o.FastHits, (o, v) => o.FastHits = v,
            "Whether plain hits are answered straight from the tiers to the socket, past the web server. Linux only; elsewhere it is off by itself."),
        new ValueSetting<EdgeSection, Uri?>("baseUrl", ValueKinds.OptionalUrl, o => o.BaseUrl, (o, v) => o.BaseUrl = v,
            "The URL under which viewers reach the edge, where another server stands in front of it. Printed at start, and what origins are told as X-Forwarded-Proto and X-Forwarded-Host.") { Alias = "CDN_BASE_URL", DefaultText = "the listen address" },
        new SectionSetting<EdgeSection, EdgeTlsSection>("tls", EdgeTls, o => o.Tls, "TLS on the public listener, with HTTP/1.1 and HTTP/2. Off without a certificate."),
        new ValueSetting<EdgeSection, IReadOnlyList<string>>("trustedProxies", ValueKinds.Texts, o => o.TrustedProxies, (o, v) => o.TrustedProxies = v,
            "Addresses and networks of proxies in front of the edge whose X-Forwarded-* and Forwarded fields are believed; from everybody else they are dropped.") { Check = NetworkText.Check },
        new ValueSetting<EdgeSection, TimeSpan>("tunnelIdleTimeout", ValueKinds.Time, o => o.TunnelIdleTimeout, (o, v) => o.TunnelIdleTimeout = v,
            "How long a WebSocket or another upgraded connection may carry nothing either way before it is ended.")
        {
            Check = v => v > TimeSpan.Zero && v <= TimeSpan.FromDays(1) ? null : ("is not a time from 1ms to 1d", "write one such as 10m"),
        },
        new SectionSetting<EdgeSection, EdgePurgeSection>("purge", EdgePurge, o => o.Purge, "Who may send PURGE to the public listener."));

    private static SettingGroup<EdgeTlsSection> EdgeTls => new(() => new EdgeTlsSection(),
        new ValueSetting<EdgeTlsSection, string?>("certificate", ValueKinds.OptionalPath, o => o.Certificate, (o, v) => o.Certificate = v,
            "PEM file with the certificate, and the chain after it. Read again when it changes.") { Flag = "--tls-cert" },
        new ValueSetting<EdgeTlsSection, string?>("key", ValueKinds.OptionalPath, o => o.Key, (o, v) => o.Key = v,
            "PEM file with its private key, not encrypted.") { Flag = "--tls-key" },
        new ValueSetting<EdgeTlsSection, ListenAddress?>("listen", ValueKinds.OptionalAddress, o => o.Listen, (o, v) => o.Listen = v,
            "Address and port for TLS beside the one in clear text.") { Flag = "--tls-listen", DefaultText = "edge.listen, which then speaks TLS only" });

    private static SettingGroup<EdgePurgeSection> EdgePurge => new(() => new EdgePurgeSection(),
        new ValueSetting<EdgePurgeSection, IReadOnlyList<string>>("from", ValueKinds.Texts, o => o.From, (o, v) => o.From = v,
            "Addresses and networks whose clients may; an empty list is for nobody.") { Check = NetworkText.Check },
        new ValueSetting<EdgePurgeSection, string?>("token", ValueKinds.OptionalText, o => o.Token, (o, v) => o.Token = v,
            "Whoever sends \"Authorization: Bearer TOKEN\" may, from anywhere.") { Secret = true, Check = CheckToken });

    private static SettingGroup<ApiSection> Api => new(() => new ApiSection(),
        new ValueSetting<ApiSection, ListenAddress>("listen", ValueKinds.Address, o => o.Listen, (o, v) => o.Listen = v,
            "Address and port of the private listener. On an address that other machines reach, a token is required.") { Flag = "--api" },
        new ValueSetting<ApiSection, string?>("token", ValueKinds.OptionalText, o => o.Token, (o, v) => o.Token = v,
            "What callers must send as \"Authorization: Bearer TOKEN\"; health checks need none. Best set by its environment variable.")
        {
            Alias = "SLUICE_API_TOKEN",
            Secret = true,
            Check = CheckToken,
        },
        new ValueSetting<ApiSection, IReadOnlyList<string>>("hosts", ValueKinds.Texts, o => o.Hosts, (o, v) => o.Hosts = v,
            "Further host names by which the API may be called when it has no token. Without one only localhost and loopback addresses are answered, so that no web page can reach it through a name of its own."));

    private static SettingGroup<CacheSection> Cache => new(() => new CacheSection(),
        new ValueSetting<CacheSection, string>("directory", ValueKinds.Path, o => o.Directory, (o, v) => o.Directory = v,
            "The cache directory; created when missing, never shared by two servers.") { Flag = "--cache-dir", DefaultText = "~/.sluice/edge" },
        new ValueSetting<CacheSection, long>("memory", ValueKinds.Size, o => o.Memory, (o, v) => o.Memory = v,
            "Bound of the memory tier; 0 turns it off. An object in it counts 3 KB besides its bytes, for what is known of it.") { Flag = "--memory", DefaultText = "256MiB, less where there is less than 1 GiB" },
        new ValueSetting<CacheSection, string>("memoryPolicy", ValueKinds.OneOf("s3fifo", "lru"), o => o.MemoryPolicy, (o, v) => o.MemoryPolicy = v,
            "Which bodies leave memory first: s3fifo resists scans; lru is the classic."),
        new ValueSetting<CacheSection, long>("disk", ValueKinds.Size, o => o.Disk, (o, v) => o.Disk = v,
            "Bound of the disk tier; 0 turns it off.") { Flag = "--disk" },
        new ValueSetting<CacheSection, long>("minimumFree", ValueKinds.Size, o => o.MinimumFree, (o, v) => o.MinimumFree = v,
            "Free space to leave on the file system, whatever the bound says."),
        new ValueSetting<CacheSection, int>("chunkSize", ValueKinds.SmallSize, o => o.ChunkSize, (o, v) => o.ChunkSize = v,
            "Unit of fetching, storing and checking: a power of two from 4KiB to 16MiB. Changing it empties the cache directory.")
        {
            Check = v => v is < 4096 or > (16 << 20) || (v & (v - 1)) != 0 ? ($"{ByteSize.Format(v)} is not a power of two from 4KiB to 16MiB", "write 64KiB, 256KiB, 1MiB or the like") : null,
        },
        new ValueSetting<CacheSection, int>("maximumObjects", ValueKinds.Count, o => o.MaximumObjects, (o, v) => o.MaximumObjects = v,
            "Bound on the number of objects on disk, since each takes memory in the index."));

    private static SettingGroup<LoggingSection> Logging => new(() => new LoggingSection(),
        new ValueSetting<LoggingSection, string>("level", ValueKinds.OneOf("debug", "info", "warn", "error", "off"), o => o.Level, (o, v) => o.Level = v,
            "The least important lines to write.") { Flag = "--log-level" },
        new ValueSetting<LoggingSection, string>("format", ValueKinds.OneOf("text", "json"), o => o.Format, (o, v) => o.Format = v,
            "text: one line each, for people. json: one object a line, for machines.") { Flag = "--log-format" },
        new ValueSetting<LoggingSection, string?>("accessLog", ValueKinds.OptionalText, o => o.AccessLog, (o, v) => o.AccessLog = v,
            "Where to write a line for each request: a file, stdout, or off.") { Flag = "--access-log", DefaultText = "off" });

    private static (string Problem, string Remedy)? CheckToken(string? token) =>
        token is { Length: < 16 } ? ("is too short to be safe", "use 16 characters or more, such as the output of: openssl rand -hex 16")
        : token is not null && token.AsSpan().ContainsAnyExceptInRange('!', '~') ? ("has spaces or characters beyond ASCII", "use letters, digits and punctuation") : null;
}
