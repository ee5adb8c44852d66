using System.Diagnostics.Metrics;

namespace Sluice.Redis;

/// <summary>The node's statistics as instruments of the meter "Sluice.Redis", read when somebody asks.</summary>
internal sealed class RedisMeter : IDisposable
{
    private readonly Meter meter = new("Sluice.Redis");

    public RedisMeter(Func<RedisStatistics> read)
    {
        Gauge("sluice.redis.connected", "{connection}", "1 while Redis can be asked, 0 while this node goes on alone.", s => s.Connected ? 1 : 0);
        Gauge("sluice.redis.other_nodes", "{node}", "Other nodes on the same Redis, when last seen.", s => s.OtherNodes);
        Counter("sluice.redis.commands", "{command}", "Commands sent.", s => s.Commands);
        Counter("sluice.redis.losses", "{connection}", "Times the connection was lost.", s => s.Losses);
        Counter("sluice.redis.refusals", "{command}", "Changes that Redis refused, for lack of memory or of rights.", s => s.Refusals);
        Counter("sluice.redis.near_hits", "{value}", "Small values answered from this process.", s => s.NearHits);
        Counter("sluice.shared.hits", "{object}", "Objects found in the shared tier.", s => s.SharedHits);
        Counter("sluice.shared.misses", "{object}", "Looks into the shared tier that found nothing usable.", s => s.SharedMisses);
        Counter("sluice.shared.turns", "{turn}", "Turns this node had to fetch for all.", s => s.Turns);
        Counter("sluice.shared.waits", "{turn}", "Times this node waited for another's turn.", s => s.Waits);
        Counter("sluice.shared.stored", "{object}", "Objects this node stored for all.", s => s.SharedStored);
        Counter("sluice.shared.written", "By", "Body bytes this node stored for all.", s => s.SharedStoredBytes);
        Counter("sluice.shared.read", "By", "Body bytes taken from the shared tier.", s => s.SharedReadBytes);
        Counter("sluice.shared.evictions", "{object}", "Objects this node took out of the shared tier to make room.", s => s.SharedEvictions);

        void Gauge(string name, string unit, string meaning, Func<RedisStatistics, long> value) => meter.CreateObservableGauge(name, () => value(read()), unit, meaning);

        void Counter(string name, string unit, string meaning, Func<RedisStatistics, long> value) => meter.CreateObservableCounter(name, () => value(read()), unit, meaning);
    }

    public void Dispose() => meter.Dispose();
}
