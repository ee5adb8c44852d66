namespace Sluice.Core.KeyValue;

/// <summary>Bounds of one namespace (rows KV-07, KV-12, KV-13). What is above a bound leaves least recently used first.</summary>
public sealed record KeyValueLimits
{
    /// <summary>Bound on the bytes of keys (in UTF-8) and values; null for none. Default 64 MiB. A value that cannot fit is not stored.</summary>
    public long? MaximumBytes { get; init; } = 64L << 20;

    /// <summary>Bound on the number of entries; null for none, the default.</summary>
    public long? MaximumEntries { get; init; }

    /// <summary>Age at which an entry goes whatever its own lifetime; null for never, the default.</summary>
    public TimeSpan? MaximumAge { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A bound is not positive.</exception>
    internal void Validate()
    {
        if (MaximumBytes is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1, nameof(MaximumBytes));
        if (MaximumEntries is { } entries) ArgumentOutOfRangeException.ThrowIfLessThan(entries, 1, nameof(MaximumEntries));
        if (MaximumAge is { } age) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(age, TimeSpan.Zero, nameof(MaximumAge));
    }

    /// <summary>When an entry stored now expires; null for never. At or before <paramref name="now"/>: it is not to be stored.</summary>
    public DateTimeOffset? ExpiryAt(DateTimeOffset now, TimeSpan? timeToLive)
    {
        var lifetime = timeToLive is { } own && !(MaximumAge < own) ? own : MaximumAge;
        if (lifetime is not { } span) return null;
        if (span <= TimeSpan.Zero) return now;
        return span < DateTimeOffset.MaxValue - now ? now + span : null;
    }
}
