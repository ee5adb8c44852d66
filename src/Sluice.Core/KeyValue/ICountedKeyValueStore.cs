namespace Sluice.Core.KeyValue;

/// <summary>A namespace that counts what is done to it.</summary>
public interface ICountedKeyValueStore : IKeyValueStore
{
    /// <summary>Its counts.</summary>
    KeyValueCounters Counters { get; }
}
