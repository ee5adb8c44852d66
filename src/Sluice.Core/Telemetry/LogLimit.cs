namespace Sluice.Core.Telemetry;

/// <summary>Lets one log line a minute through, or one in that many seconds, so that a full disk does not fill the log as well.</summary>
internal sealed class LogLimit(TimeProvider time, int seconds = 60)
{
    private long next = long.MinValue;

    public bool Allows()
    {
        var now = time.GetTimestamp();
        var seen = Volatile.Read(ref next);
        return now >= seen && Interlocked.CompareExchange(ref next, now + (seconds * time.TimestampFrequency), seen) == seen;
    }
}
