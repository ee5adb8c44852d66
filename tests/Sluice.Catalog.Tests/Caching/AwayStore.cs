using Sluice.Core.KeyValue;

namespace Sluice.Catalog.Caching;

/// <summary>A store that can be away for a while; what it held is there when it is back.</summary>
internal sealed class AwayStore(IKeyValueStore inner) : IKeyValueStore
{
    public bool IsAway { get; set; }

    /// <summary>It is read and takes nothing, as a Redis that became a replica.</summary>
    public bool IsReadOnly { get; set; }

    public string Namespace => inner.Namespace;

    private IKeyValueStore Inner => IsAway ? throw new IOException("away") : inner;

    private IKeyValueStore Written => IsReadOnly ? throw new IOException("READONLY") : Inner;

    public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default) => Inner.GetAsync(key, cancellation);

    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default) => Written.SetAsync(key, value, settings, cancellation);

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default) => Written.DeleteAsync(key, cancellation);

    public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => throw new NotSupportedException();

    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => throw new NotSupportedException();
}
