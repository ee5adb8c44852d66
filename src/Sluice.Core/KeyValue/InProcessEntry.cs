using Sluice.Core.Memory;

namespace Sluice.Core.KeyValue;

/// <summary>An entry of <see cref="InProcessKeyValueStore"/>; replaced, never changed.</summary>
internal sealed class InProcessEntry(string key, KeyValueEntry entry, long bytes) : EvictionNode
{
    public string Key => key;

    public KeyValueEntry Entry => entry;

    public override long Weight => bytes;

    // Only a policy with a ghost list asks.
    public override ulong Identity => (ulong)StringComparer.Ordinal.GetHashCode(key);

    public bool IsLiveAt(DateTimeOffset now) => entry.ExpiresAt is not { } end || now < end;
}
