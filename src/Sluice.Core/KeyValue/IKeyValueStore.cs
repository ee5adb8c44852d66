namespace Sluice.Core.KeyValue;

/// <summary>One namespace of small values with lifetimes and tags: presigned URLs, catalog rows. Namespaces never share keys (decision D04).</summary>
/// <remarks>A store that another process keeps may throw <see cref="IOException"/> from any operation: it cannot be asked now, and its caller goes on without it.</remarks>
public interface IKeyValueStore
{
    /// <summary>Name of the namespace.</summary>
    string Namespace { get; }

    /// <summary>The entry, or null when there is none or it has expired. An expired entry is never returned.</summary>
    ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default);

    /// <summary>Stores a value, replacing any other under the key, its tags included.</summary>
    /// <exception cref="ArgumentException">A tag is null, or the key or a tag is not valid UTF-16; nothing was changed.</exception>
    ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default);

    /// <summary>Deletes an entry; true when there was a live one.</summary>
    ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>Deletes every entry with that tag, exactly matched; how many live ones there were.</summary>
    ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default);

    /// <summary>Live keys that begin with <paramref name="prefix"/>, in ordinal order.</summary>
    IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>Entries and bytes held, for limits and metrics (rows KV-07, KV-08, KV-10).</summary>
    ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default);
}
