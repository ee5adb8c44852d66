namespace Sluice.Core.KeyValue;

/// <summary>What a namespace holds.</summary>
/// <param name="Entries">Live entries.</param>
/// <param name="Bytes">Bytes of their keys and values.</param>
/// <param name="MaximumBytes">The namespace's bound; null for none.</param>
public readonly record struct KeyValueUsage(long Entries, long Bytes, long? MaximumBytes);
