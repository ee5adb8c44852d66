using Microsoft.Extensions.Logging;

namespace Sluice.Core.KeyValue;

/// <summary>Event ids of the key-value store's log lines.</summary>
internal static class KeyValueEvents
{
    public static readonly EventId Damaged = new(2101, nameof(Damaged));
    public static readonly EventId ReadFailed = new(2102, nameof(ReadFailed));
    public static readonly EventId SweepFailed = new(2103, nameof(SweepFailed));
}
