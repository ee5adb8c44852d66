using System.Diagnostics.Metrics;
using Sluice.Core.Objects;

namespace Sluice.Core.Telemetry;

/// <summary>The cache's state as instruments of the meter "Sluice.Cache", read when somebody asks.</summary>
public sealed class CacheMeter : IDisposable
{
    private readonly Meter meter = new("Sluice.Cache");

    /// <summary>Publishes the state of <paramref name="cache"/> until disposed.</summary>
    public CacheMeter(ObjectCache cache)
    {
        Gauge("sluice.cache.objects", "{object}", "Objects known, in any tier.", state => state.Objects);
        Gauge("sluice.cache.fills", "{fill}", "Bodies being fetched now.", state => state.Flights);
        Gauge("sluice.memory.size", "By", "Bytes in the memory tier.", state => state.MemoryBytes);
        Gauge("sluice.memory.limit", "By", "Bound of the memory tier.", state => state.MemoryMaximumBytes);
        Counter("sluice.memory.evictions", "{chunk}", "Chunks evicted from memory to make room.", state => state.MemoryEvictions);
        Gauge("sluice.disk.size", "By", "Bytes in the disk tier, reserved ones included.", state => state.Disk?.Bytes ?? 0);
        Gauge("sluice.disk.limit", "By", "Bound of the disk tier.", state => state.Disk?.MaximumBytes ?? 0);
        Gauge("sluice.disk.away", "{disk}", "1 while a disk tier is configured and not used, because its directory was deleted, or full at start; the log says what to do.", state => state.IsDiskAway ? 1 : 0);
        Gauge("sluice.disk.objects", "{object}", "Objects on disk.", state => state.Disk?.Objects ?? 0);
        Counter("sluice.disk.evictions", "{object}", "Objects evicted from disk to make room.", state => state.Disk?.Evictions ?? 0);
        Counter("sluice.disk.damaged", "{chunk}", "Chunks on disk whose checksum did not match.", state => state.Disk?.DamagedChunks ?? 0);
        Counter("sluice.disk.refused", "{chunk}", "Chunks not stored on disk for lack of room or a failed write.", state => state.Disk?.RefusedChunks ?? 0);
        Counter("sluice.disk.orphans", "{file}", "Files without an index entry that were deleted.", state => state.Disk?.OrphansDeleted ?? 0);

        void Gauge(string name, string unit, string meaning, Func<ObjectCacheStatistics, long> read) =>
            meter.CreateObservableGauge(name, () => read(cache.GetStatistics()), unit, meaning);

        void Counter(string name, string unit, string meaning, Func<ObjectCacheStatistics, long> read) =>
            meter.CreateObservableCounter(name, () => read(cache.GetStatistics()), unit, meaning);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
