using System.Collections.Concurrent;

namespace Sluice.Core.KeyValue;

/// <summary>The namespaces of one place for small values. Two namespaces never share a key, a tag or a bound (decision D04).</summary>
public abstract class KeyValueStores : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, IKeyValueStore> opened = new(StringComparer.Ordinal);

    /// <summary>The namespace of that name, made when there is none; the same instance each time.</summary>
    /// <param name="name">Any text, matched exactly.</param>
    /// <param name="limits">Its bounds; null for the defaults. Those of the first call count.</param>
    /// <exception cref="IOException">The place cannot be used.</exception>
    public IKeyValueStore Open(string name, KeyValueLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        limits ??= new KeyValueLimits();
        limits.Validate();
        if (opened.TryGetValue(name, out var known)) return known;
        var store = opened.GetOrAdd(name, Create(name, limits));
        if (IsMetered) KeyValueMeter.Begin(store);
        return store;
    }

    /// <summary>False for copies of what is counted elsewhere: metrics tell nothing of them. Default true.</summary>
    public bool IsMetered { get; init; } = true;

    /// <summary>The namespaces opened so far.</summary>
    public IEnumerable<IKeyValueStore> Opened => opened.Values;

    /// <summary>Makes a namespace. May be called twice for one name when two threads ask at once; one of the two is then not used.</summary>
    protected abstract IKeyValueStore Create(string name, KeyValueLimits limits);

    /// <summary>Lets go of everything held.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in opened.Values) KeyValueMeter.End(store);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
        Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }
}
