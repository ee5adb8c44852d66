using Sluice.Core.Disk;
using Sluice.Edge.Serving;
using Sluice.Hosting;
using Sluice.Redis;
using Sluice.S3.PresignedUrls;
using Sluice.Video.Variants;

namespace Sluice.Api;

/// <summary>Answer of GET /v1/cache/stats. Counts are since start.</summary>
internal sealed record CacheStatistics
{
    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Seconds since the server began to start.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Objects known, in any tier.</summary>
    public int Objects { get; init; }

    /// <summary>Bytes in the memory tier.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bound of the memory tier.</summary>
    public long MemoryMaximumBytes { get; init; }

    /// <summary>Chunks in the memory tier.</summary>
    public int MemoryChunks { get; init; }

    /// <summary>Chunks evicted from memory to make room.</summary>
    public long MemoryEvictions { get; init; }

    /// <summary>The disk tier; absent when there is none.</summary>
    public DiskTierStatistics? Disk { get; init; }

    /// <summary>True while a disk tier is configured and not used; the log says why.</summary>
    public bool DiskAway { get; init; }

    /// <summary>Fetches under way.</summary>
    public int Flights { get; init; }

    /// <summary>Requests by outcome: hit, miss, stale, revalidated, coalesced, bypass, refused.</summary>
    public required IReadOnlyDictionary<string, long> Requests { get; init; }

    /// <summary>Body bytes sent, by outcome.</summary>
    public required IReadOnlyDictionary<string, long> SentBytes { get; init; }

    /// <summary>Share of requests answered without waiting for the origin's bytes (hit, stale, revalidated, coalesced) among those the cache is for; absent before the first.</summary>
    public double? HitRatio { get; init; }

    /// <summary>How the origins do that a circuit breaker watches.</summary>
    public IReadOnlyList<OriginStatistics> Origins { get; init; } = [];

    /// <summary>Presigned URLs by storage type: counts and rates in percent; absent without a bucket.</summary>
    public IReadOnlyDictionary<string, PresignStatistics>? Presign { get; init; }

    /// <summary>How this server does with the Redis that nodes share; absent when it is alone.</summary>
    public RedisStatistics? Redis { get; init; }

    /// <summary>Variants of videos.</summary>
    public required VariantStatistics Variants { get; init; }

    /// <summary>Reads them.</summary>
    public static CacheStatistics Of(Engine engine, TimeSpan uptime)
    {
        var cache = engine.Cache.GetStatistics();
        var outcomes = Enum.GetValues<Outcome>();
        var requests = outcomes.ToDictionary(Word, engine.Counters.Requests);
        var served = requests["hit"] + requests["stale"] + requests["revalidated"] + requests["coalesced"];
        return new CacheStatistics
        {
            Version = ProgramVersion.Text,
            UptimeSeconds = Math.Round(uptime.TotalSeconds, 1),
            Objects = cache.Objects,
            MemoryBytes = cache.MemoryBytes,
            MemoryMaximumBytes = cache.MemoryMaximumBytes,
            MemoryChunks = cache.MemoryChunks,
            MemoryEvictions = cache.MemoryEvictions,
            Disk = cache.Disk,
            DiskAway = cache.IsDiskAway,
            Flights = cache.Flights,
            Presign = engine.Presign.Named.Count == 0 ? null : engine.Presign.Named.ToDictionary(pair => pair.Key, pair => pair.Value.GetStatistics()),
            Redis = engine.Redis?.GetStatistics(),
            Variants = engine.Video.Maker.GetStatistics(),
            Requests = requests,
            SentBytes = outcomes.ToDictionary(Word, engine.Counters.Bytes),
            Origins = [.. engine.Edge.Circuits.Select(OriginStatistics.Of)],
            HitRatio = served + requests["miss"] == 0 ? null : Math.Round((double)served / (served + requests["miss"]), 4),
        };
    }

    private static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();
}
