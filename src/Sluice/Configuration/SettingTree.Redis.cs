namespace Sluice.Configuration;

internal static partial class SettingTree
{
    private static SettingGroup<RedisSection> RedisServer => new(() => new RedisSection(),
        new ValueSetting<RedisSection, string?>("host", ValueKinds.OptionalText, o => o.Host, RedisSetup.TakeServer,
            "Host of the Redis that nodes share, or HOST:PORT; off for none. Without any setting of this section there is none.") { Flag = "--redis", Alias = "REDIS_HOST", DefaultText = "localhost, once anything of this section is set", Check = RedisSetup.CheckServer },
        new ValueSetting<RedisSection, int>("port", ValueKinds.Count, o => o.Port, (o, v) => o.Port = v, "Its port.") { Alias = "REDIS_PORT" },
        new ValueSetting<RedisSection, string?>("url", ValueKinds.OptionalText, o => o.Url, (o, v) => o.Url = v,
            "All in one, in place of the others: redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS.") { Alias = "REDIS_URL", Secret = true, Check = RedisSetup.CheckUrl },
        new ValueSetting<RedisSection, string?>("user", ValueKinds.OptionalText, o => o.User, (o, v) => o.User = v, "User of its access list (ACL).") { Alias = "REDIS_USER", DefaultText = "the default user" },
        new ValueSetting<RedisSection, string?>("password", ValueKinds.PossibleText, o => o.Password, (o, v) => o.Password = v, "Its password. Best set by its environment variable.") { Alias = "REDIS_PASSWORD", Secret = true },
        new ValueSetting<RedisSection, int?>("database", ValueKinds.OptionalNumber, o => o.Database, (o, v) => o.Database = v, "Number of the database; a cluster has only 0.") { Alias = "REDIS_DB", DefaultText = "0" },
        new ValueSetting<RedisSection, bool>("tls", ValueKinds.Switch, o => o.Tls, (o, v) => o.Tls = v, "Speak TLS."),
        new ValueSetting<RedisSection, string?>("tlsAuthority", ValueKinds.OptionalPath, o => o.TlsAuthority, (o, v) => o.TlsAuthority = v,
            "PEM file of the authority that signed its certificate.") { DefaultText = "those the system trusts" },
        new ValueSetting<RedisSection, string?>("prefix", ValueKinds.OptionalText, o => o.Prefix, (o, v) => o.Prefix = v,
            "What every key begins with, for several installations on one Redis.") { DefaultText = "nothing" },
        new ValueSetting<RedisSection, TimeSpan>("timeout", ValueKinds.Time, o => o.Timeout, (o, v) => o.Timeout = v,
            "How long an answer of it may take before the connection is given up. A look for a shared object waits a quarter of that, a purge twice that for other nodes.") { Check = CheckWait },
        new SectionSetting<RedisSection, RedisObjectsSection>("objects", RedisObjects, o => o.Objects, "What nodes share of the objects they fetch."));

    private static SettingGroup<RedisObjectsSection> RedisObjects => new(() => new RedisObjectsSection(),
        new ValueSetting<RedisObjectsSection, bool>("share", ValueKinds.Switch, o => o.Share, (o, v) => o.Share = v,
            "Share objects, and take turns at fetching, so that one node fetches for all. false: each fetches for itself; purges and small values are shared all the same."),
        new ValueSetting<RedisObjectsSection, long>("maximum", ValueKinds.Size, o => o.Maximum, (o, v) => o.Maximum = v, "Bound on all shared bodies; beyond it the least recently used leave."),
        new ValueSetting<RedisObjectsSection, long>("maximumObject", ValueKinds.Size, o => o.MaximumObject, (o, v) => o.MaximumObject = v, "Longest body that is shared."),
        new ValueSetting<RedisObjectsSection, long>("sizeThreshold", ValueKinds.Size, o => o.SizeThreshold, (o, v) => o.SizeThreshold = v, "Up to this length a body is one value, above it is stored in parts."),
        new ValueSetting<RedisObjectsSection, int>("chunkSize", ValueKinds.SmallSize, o => o.ChunkSize, (o, v) => o.ChunkSize = v, "Length of those parts."),
        new ValueSetting<RedisObjectsSection, int>("parallelFetches", ValueKinds.Count, o => o.ParallelFetches, (o, v) => o.ParallelFetches = v, "Pieces of a body read ahead."),
        new ValueSetting<RedisObjectsSection, TimeSpan>("timeout", ValueKinds.Time, o => o.Timeout, (o, v) => o.Timeout = v, "How long a node waits for what another is fetching, before it fetches for itself.") { Check = CheckWait });
}
