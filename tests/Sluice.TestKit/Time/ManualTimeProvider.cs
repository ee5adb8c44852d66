namespace Sluice.TestKit.Time;

/// <summary>
/// A clock that stands still until a test moves it. Wall clock, timestamps, timers and
/// <c>Task.Delay(time, provider)</c> all follow it. Safe to use from several threads.
/// </summary>
/// <remarks>
/// <see cref="Advance"/> stops at each timer that falls due on the way, in order of due time, so a callback
/// reads the time it was due at and not the time the test jumps to. Callbacks run on the advancing thread.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;
    private long _order;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))
    {
    }

    public ManualTimeProvider(DateTimeOffset start)
    {
        _start = start.ToUniversalTime();
        _now = _start;
    }

    /// <summary>One tick of 100 ns per timestamp unit, so elapsed time is exact.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that wait to fire: lets a test see that a delay was begun before it moves the clock.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    /// <summary>How long until the first of them fires; null when none waits.</summary>
    public TimeSpan? NextIn
    {
        get
        {
            lock (_gate)
                return _timers.Count == 0 ? null : _timers.Min(timer => timer.Due) - _now;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return (_now - _start).Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires what falls due, each timer at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset target;
        lock (_gate)
            target = _now + by;

        while (TakeDue(target) is { } due)
            due.Fire();
    }

    internal bool Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        bool fireNow;
        lock (_gate)
        {
            _timers.Remove(timer);
            if (timer.Disposed)
                return false;
            timer.Period = period <= TimeSpan.Zero ? null : period;
            fireNow = dueTime == TimeSpan.Zero;
            if (dueTime > TimeSpan.Zero)
                Add(timer, _now + dueTime);
            else if (fireNow && timer.Period is { } again)
                Add(timer, _now + again);
        }

        if (fireNow)
            timer.Fire();
        return true;
    }

    internal void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _timers.Remove(timer);
        }
    }

    private ManualTimer? TakeDue(DateTimeOffset target)
    {
        lock (_gate)
        {
            ManualTimer? next = null;
            foreach (var timer in _timers)
            {
                if (timer.Due <= target && (next is null || (timer.Due, timer.Order).CompareTo((next.Due, next.Order)) < 0))
                    next = timer;
            }

            if (next is null)
            {
                if (target > _now)
                    _now = target;
                return null;
            }

            _timers.Remove(next);
            if (next.Due > _now)
                _now = next.Due;
            if (next.Period is { } period)
                Add(next, next.Due + period);
            return next;
        }
    }

    private void Add(ManualTimer timer, DateTimeOffset due)
    {
        timer.Due = due;
        timer.Order = _order++;
        _timers.Add(timer);
    }
}
