namespace Sluice.Core.KeyValue;

/// <summary>How a value is stored.</summary>
/// <param name="TimeToLive">How long it lives from now; null for until deleted. Zero or less stores nothing and deletes what was there.</param>
/// <param name="Tags">Tags to delete it by.</param>
public readonly record struct KeyValueSettings(TimeSpan? TimeToLive = null, IReadOnlyList<string>? Tags = null);
