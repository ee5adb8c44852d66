namespace Sluice.Redis;

/// <summary>What happened since start.</summary>
internal sealed class RedisCounters
{
    private long commands, connections, losses, refusals;

    public long Commands => Volatile.Read(ref commands);

    public long Connections => Volatile.Read(ref connections);

    public long Losses => Volatile.Read(ref losses);

    public long Refusals => Volatile.Read(ref refusals);

    public void Refused() => Interlocked.Increment(ref refusals);

    public void Command() => Interlocked.Increment(ref commands);

    public void Connected() => Interlocked.Increment(ref connections);

    public void Lost() => Interlocked.Increment(ref losses);
}
