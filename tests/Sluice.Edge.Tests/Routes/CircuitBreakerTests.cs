using Sluice.Edge.Routes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Routes;

public class CircuitBreakerTests
{
    private readonly ManualTimeProvider time = new();
    private readonly CircuitBreaker breaker;

    public CircuitBreakerTests() => breaker = new CircuitBreaker(new CircuitOptions { Failures = 3, Window = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromSeconds(10) }, time);

    [Fact]
    public void Report_AsManyFailuresAsSet_Opens()
    {
        Fail(2);
        Assert.Equal(CircuitState.Closed, breaker.State);
        Assert.Equal(CircuitState.Open, breaker.Report(Enter(), success: false));
        Assert.Null(breaker.TryEnter());
        Assert.Equal(TimeSpan.FromSeconds(10), breaker.Remaining);
    }

    [Fact]
    public void Report_FailuresOfAnEarlierWindow_DoNotCount()
    {
        Fail(2);
        time.Advance(TimeSpan.FromSeconds(31));
        Fail(2);
        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    [Fact]
    public void Report_FewFailuresAmongManyAnswers_StaysClosed()
    {
        for (var i = 0; i < 100; i++) breaker.Report(Enter(), success: true);
        Fail(99);
        Assert.Equal(CircuitState.Closed, breaker.State);
        Fail(1);
        Assert.Equal(CircuitState.Open, breaker.State);
    }

    [Fact]
    public void TryEnter_AfterThePause_LetsOneThrough()
    {
        Fail(3);
        time.Advance(TimeSpan.FromSeconds(10));
        Enter();
        Assert.Equal(CircuitState.HalfOpen, breaker.State);
        Assert.Null(breaker.TryEnter());
    }

    [Fact]
    public void Report_TheTrySucceeds_Closes()
    {
        Fail(3);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(CircuitState.Closed, breaker.Report(Enter(), success: true));
        Fail(2);
        Enter();
    }

    [Fact]
    public void Report_TheTryFails_OpensForAnotherPause()
    {
        Fail(3);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(CircuitState.Open, breaker.Report(Enter(), success: false));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(breaker.TryEnter());
    }

    [Fact]
    public void Abandon_TheTryIsGivenUp_TheNextRequestTries()
    {
        Fail(3);
        time.Advance(TimeSpan.FromSeconds(10));
        breaker.Abandon(Enter());
        Enter();
    }

    // An origin hangs: what waited for it times out for another minute, while it is tried and when it is back.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Report_OfWhatWasAskedBeforeItOpened_SaysNothing(bool success)
    {
        var before = Enter();
        Fail(3);
        time.Advance(TimeSpan.FromSeconds(10));
        var trial = Enter();
        Assert.Null(breaker.Report(before, success));
        breaker.Abandon(before);
        Assert.Null(breaker.TryEnter());
        Assert.Equal(CircuitState.Closed, breaker.Report(trial, success: true));
        for (var i = 0; i < 5; i++) Assert.Null(breaker.Report(before, success: false));
        Assert.Equal(CircuitState.Closed, breaker.State);
    }

    private int Enter()
    {
        var entered = breaker.TryEnter();
        Assert.NotNull(entered);
        return entered.Value;
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++) breaker.Report(Enter(), success: false);
    }
}
