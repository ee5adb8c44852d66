namespace Sluice.Core.Telemetry;

/// <summary>Lets one log line a minute through, so that a full disk does not fill the log as well.</summary>
internal sealed class LogLimit(TimeProvider time)
{
    private long next = long.MinValue;

    public bool Allows()
    {
        var now = time.GetTimestamp();
        var seen = Volatile.Read(ref next);
        return now >= seen && Interlocked.CompareExchange(ref next, now + (60 * time.TimestampFrequency), seen) == seen;
    }
}
