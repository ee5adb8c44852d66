using Sluice.Core.KeyValue;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>A store that can fail, or answer only when the test lets it; in between it is the one inside.</summary>
internal sealed class UnreliableStore(IKeyValueStore inner) : IKeyValueStore
{
    public Exception? Failure { get; set; }

    public TaskCompletionSource? Gate { get; set; }

    public int Reads { get; private set; }

    public List<(string Key, byte[] Value, KeyValueSettings Settings)> Writes { get; } = [];

    public string Namespace => inner.Namespace;

    public async ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        Reads++;
        if (Gate is { } gate) await gate.Task;
        return Failure is { } failure ? throw failure : await inner.GetAsync(key, cancellation);
    }

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default)
    {
        lock (Writes) Writes.Add((key, value.ToArray(), settings));
        if (Failure is { } failure) throw failure;
        await inner.SetAsync(key, value, settings, cancellation);
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default) => inner.DeleteAsync(key, cancellation);

    public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => inner.DeleteByTagAsync(tag, cancellation);

    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => inner.ScanAsync(prefix, cancellation);

    public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => inner.GetUsageAsync(cancellation);
}
