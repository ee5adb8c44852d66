namespace Sluice.TestKit.Time;

/// <summary>A <see cref="ManualTimeProvider"/> whose time of day can also be set back, as by an operator or a time server: timestamps and timers do not notice.</summary>
public sealed class SteppingTimeProvider : TimeProvider
{
    private readonly ManualTimeProvider _steady = new();
    private long _back;

    public override long TimestampFrequency => _steady.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => _steady.GetUtcNow() - new TimeSpan(Volatile.Read(ref _back));

    public override long GetTimestamp() => _steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _steady.CreateTimer(callback, state, dueTime, period);

    /// <summary>Lets time pass: the time of day, timestamps and timers.</summary>
    public void Advance(TimeSpan by) => _steady.Advance(by);

    /// <summary>Sets the time of day back; forward with a negative span.</summary>
    public void SetBack(TimeSpan by) => Interlocked.Add(ref _back, by.Ticks);
}
