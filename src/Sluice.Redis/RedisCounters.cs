namespace Sluice.Redis;

/// <summary>What happened since start.</summary>
internal sealed class RedisCounters
{
    private long commands, losses, refusals;

    public long Commands => Volatile.Read(ref commands);

    public long Losses => Volatile.Read(ref losses);

    public long Refusals => Volatile.Read(ref refusals);

    public void Refused() => Interlocked.Increment(ref refusals);

    public void Command() => Interlocked.Increment(ref commands);

    public void Lost() => Interlocked.Increment(ref losses);
}
