using Sluice.Core.KeyValue;

namespace Sluice.Catalog.Caching;

/// <summary>A store whose every step waits for its turn; reads may be left out, where they would multiply the orders.</summary>
internal sealed class TurnStore(IKeyValueStore inner, Pump pump, bool readsTakeTurns = true) : IKeyValueStore
{
    public string Namespace => inner.Namespace;

    public async ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        if (readsTakeTurns) await pump.TurnAsync("get " + Namespace);
        return await inner.GetAsync(key, cancellation);
    }

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default)
    {
        await pump.TurnAsync("set " + Namespace);
        await inner.SetAsync(key, value, settings, cancellation);
    }

    public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        await pump.TurnAsync("delete " + Namespace);
        return await inner.DeleteAsync(key, cancellation);
    }

    public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => throw new NotSupportedException();

    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => throw new NotSupportedException();
}
