namespace Sluice.Redis;

/// <summary>How this node does with Redis. Counts are since start.</summary>
public sealed record RedisStatistics
{
    /// <summary>True while Redis can be asked.</summary>
    public bool Connected { get; init; }

    /// <summary>True while this node hears what others purge and what changes.</summary>
    public bool Listening { get; init; }

    /// <summary>Why not; empty while connected.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where it is.</summary>
    public required string Server { get; init; }

    /// <summary>Its version; empty before the first connection.</summary>
    public string Version { get; init; } = "";

    /// <summary>True for a cluster.</summary>
    public bool Cluster { get; init; }

    /// <summary>This node's name.</summary>
    public required string Node { get; init; }

    /// <summary>Other nodes on the same Redis, when last seen.</summary>
    public int OtherNodes { get; init; }

    /// <summary>Commands sent.</summary>
    public long Commands { get; init; }

    /// <summary>How often the connection was lost.</summary>
    public long Losses { get; init; }

    /// <summary>Changes that Redis refused, for lack of memory or of rights.</summary>
    public long Refusals { get; init; }

    /// <summary>Small values answered from this process.</summary>
    public long NearHits { get; init; }

    /// <summary>Objects found in the shared tier.</summary>
    public long SharedHits { get; init; }

    /// <summary>Looks into the shared tier that found nothing usable.</summary>
    public long SharedMisses { get; init; }

    /// <summary>Turns this node had to fetch for all.</summary>
    public long Turns { get; init; }

    /// <summary>Times this node waited for another's turn.</summary>
    public long Waits { get; init; }

    /// <summary>Objects this node stored for all.</summary>
    public long SharedStored { get; init; }

    /// <summary>Bytes of them.</summary>
    public long SharedStoredBytes { get; init; }

    /// <summary>Body bytes taken from the shared tier.</summary>
    public long SharedReadBytes { get; init; }

    /// <summary>Objects this node took out of the shared tier to make room.</summary>
    public long SharedEvictions { get; init; }
}
