namespace Sluice.Core.KeyValue;

/// <summary>Namespaces in this process's memory: the fastest, gone with the process.</summary>
public sealed class InProcessKeyValueStores(TimeProvider time) : KeyValueStores
{
    private readonly ForwardClock clock = new(time);

    /// <inheritdoc/>
    protected override IKeyValueStore Create(string name, KeyValueLimits limits) => new InProcessKeyValueStore(name, limits, clock);
}
