namespace Sluice.Core.KeyValue;

/// <summary>A stored value.</summary>
/// <param name="Value">The bytes as stored.</param>
/// <param name="ExpiresAt">When it expires; null for never.</param>
/// <param name="Tags">Its tags.</param>
public sealed record KeyValueEntry(ReadOnlyMemory<byte> Value, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Tags);
