using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sluice.Core.KeyValue;

/// <summary>The namespaces that are open as instruments of the meter "Sluice.KeyValue", read when somebody asks.</summary>
internal static class KeyValueMeter
{
    private static readonly Meter Meter = new("Sluice.KeyValue");
    private static readonly ConcurrentDictionary<ICountedKeyValueStore, KeyValueUsage> Open = new();

    static KeyValueMeter()
    {
        Counter("sluice.kv.hits", "{read}", "Reads that found an entry, by store and namespace.", c => c.Hits);
        Counter("sluice.kv.misses", "{read}", "Reads that found none.", c => c.Misses);
        Counter("sluice.kv.writes", "{write}", "Values stored.", c => c.Writes);
        Counter("sluice.kv.deletes", "{delete}", "Deletions asked for, by key or tag.", c => c.Deletes);
        Counter("sluice.kv.read", "By", "Bytes of the values found.", c => c.ReadBytes);
        Counter("sluice.kv.written", "By", "Bytes of the keys and values stored.", c => c.WrittenBytes);
        Gauge("sluice.kv.entries", "{entry}", "Entries held.", usage => usage.Entries);
        Gauge("sluice.kv.size", "By", "Bytes held, of keys and values.", usage => usage.Bytes);
        Gauge("sluice.kv.limit", "By", "Bound of the namespace; 0 for none.", usage => usage.MaximumBytes ?? 0);
    }

    public static void Begin(IKeyValueStore store)
    {
        if (store is ICountedKeyValueStore counted) Open.TryAdd(counted, default);
    }

    public static void End(IKeyValueStore store)
    {
        if (store is ICountedKeyValueStore counted) Open.TryRemove(counted, out _);
    }

    private static void Counter(string name, string unit, string meaning, Func<KeyValueCounters, long> read) =>
        Meter.CreateObservableCounter(name, () => Open.Keys.Select(store => Measure(store, read(store.Counters))), unit, meaning);

    private static void Gauge(string name, string unit, string meaning, Func<KeyValueUsage, long> read) =>
        Meter.CreateObservableGauge(name, () => Open.Keys.Select(store => Measure(store, read(Usage(store)))), unit, meaning);

    private static Measurement<long> Measure(ICountedKeyValueStore store, long value) => new(value, new("store", store.Counters.Kind), new KeyValuePair<string, object?>("namespace", store.Namespace));

    // What it held last, when it does not answer at once or fails: whoever uses it is told of failures.
    private static KeyValueUsage Usage(ICountedKeyValueStore store)
    {
        try
        {
            var asked = store.GetUsageAsync();
            if (asked.IsCompletedSuccessfully) Keep(store, asked.Result);
            else asked.AsTask().ContinueWith(done => Take(store, done), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
        catch (Exception failure) when (failure is IOException or TimeoutException or InvalidOperationException)
        {
        }
        return Open.GetValueOrDefault(store);
    }

    private static void Take(ICountedKeyValueStore store, Task<KeyValueUsage> asked)
    {
        // Looked at even where nothing is done with it: an exception that nobody has seen is told as one that was lost.
        if (asked.Exception is null && !asked.IsCanceled) Keep(store, asked.Result);
    }

    private static void Keep(ICountedKeyValueStore store, KeyValueUsage usage)
    {
        if (Open.TryGetValue(store, out var before)) Open.TryUpdate(store, usage, before);
    }
}
