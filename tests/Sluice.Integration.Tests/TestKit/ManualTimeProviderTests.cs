using System.Collections.Concurrent;
using Sluice.TestKit.Time;

namespace Sluice.Integration.Tests.TestKit;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Clock_NotAdvanced_StandsStill()
    {
        var (now, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());

        Assert.Equal(now, _time.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _time.GetElapsedTime(stamp));
    }

    [Fact]
    public void Advance_ByHours_MovesWallClockAndTimestampsAlike()
    {
        var (now, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());

        _time.Advance(TimeSpan.FromHours(7));

        Assert.Equal(now.AddHours(7), _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromHours(7), _time.GetElapsedTime(stamp));
    }

    [Fact]
    public async Task Delay_ClockReachesDueTime_Completes()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(1), _time);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(delay.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(1));

        await delay.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task CancellationSource_ClockReachesItsLimit_Cancels()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(3), _time);
        var cancelled = new TaskCompletionSource();
        await using var registration = source.Token.Register(cancelled.SetResult);

        _time.Advance(TimeSpan.FromSeconds(3));

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Timers_SeveralDue_FireInOrderEachAtItsOwnTime()
    {
        var start = _time.GetUtcNow();
        var fired = new List<(string Name, TimeSpan At)>();
        void Note(object? name) => fired.Add(((string)name!, _time.GetUtcNow() - start));
        using var late = _time.CreateTimer(Note, "late", TimeSpan.FromSeconds(9), Timeout.InfiniteTimeSpan);
        using var early = _time.CreateTimer(Note, "early", TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var again = _time.CreateTimer(Note, "again", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4));

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(
            [("early", TimeSpan.FromSeconds(2)), ("again", TimeSpan.FromSeconds(4)), ("again", TimeSpan.FromSeconds(8)), ("late", TimeSpan.FromSeconds(9))],
            fired);
    }

    [Fact]
    public void Timer_DisposedBeforeDue_NeverFires()
    {
        var fired = 0;
        var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        timer.Dispose();

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(1, fired);
        Assert.Equal(0, _time.ActiveTimers);
        Assert.False(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void Timer_SetFromACallback_FiresWithinTheSameAdvance()
    {
        var fired = new List<DateTimeOffset>();
        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                fired.Add(_time.GetUtcNow());
                if (fired.Count < 3)
                    timer!.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            },
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(3, fired.Count);
        timer.Dispose();
    }

    [Fact]
    public async Task Advance_WhileOthersMakeTimers_FiresEveryTimerOnce()
    {
        var fired = new ConcurrentBag<int>();
        var makers = Enumerable.Range(0, 4).Select(maker => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
                _time.CreateTimer(number => fired.Add((int)number!), (maker * 500) + i, TimeSpan.FromMilliseconds(1 + i), Timeout.InfiniteTimeSpan);
        })).ToArray();
        while (!makers.All(maker => maker.IsCompleted))
            _time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(makers);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(0, 2000), fired.Order());
    }
}
