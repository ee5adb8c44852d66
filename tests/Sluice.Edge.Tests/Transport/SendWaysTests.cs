using Sluice.Edge.Transport;

namespace Sluice.Edge.Tests.Transport;

/// <summary>The way that takes less of a thread's time is found, whichever it is on a machine.</summary>
public sealed class SendWaysTests
{
    private const long Middle = 16 << 10;
    private readonly SendWays ways;
    private readonly Random random = new(20261122);
    private double file = 100, memory = 100, noise;
    private long now = 1_000_000;

    public SendWaysTests() => ways = new SendWays(Environment.CurrentManagedThreadId, () => now);

    [Theory]
    [InlineData(1, false)]
    [InlineData(8192, false)]
    [InlineData((128 << 10) + 1, true)]
    [InlineData(1L << 40, true)]
    public void Sizes_ThatAreClear_AlwaysGoTheirWay(long length, bool byFile)
    {
        memory = byFile ? 1 : 1000;
        Run(200);
        for (var i = 0; i < 5000; i++) Assert.Equal(byFile, ways.ByFile(length));
    }

    [Theory]
    [InlineData(90, 100, 0, false)]
    [InlineData(100, 90, 0, true)]
    [InlineData(90, 100, 0.1, false)]
    [InlineData(100, 90, 0.1, true)]
    [InlineData(100, 100, 0, true)]
    public void Size_BetweenThem_GoesTheCheaperWayAndRarelyTheOther(int ofMemory, int ofFile, double apart, bool byFile)
    {
        (memory, file, noise) = (ofMemory, ofFile, apart);
        Run(100);
        var share = Run(160);
        Assert.Equal(byFile, OfAnotherThread());
        Assert.InRange(byFile ? 1 - share : share, 0.05, 0.07);
    }

    [Fact]
    public void Way_ThatBecomesDearer_IsLeft()
    {
        memory = 80;
        Run(100);
        Assert.False(OfAnotherThread());
        memory = 120;
        Run(1000);
        Assert.True(OfAnotherThread());
    }

    [Fact]
    public void Comparison_ThatSomethingElseSpoilt_ChangesNothing()
    {
        memory = 80;
        Run(500);
        for (var i = 0; i < 10; i++)
        {
            now += 1_000_000_000;
            Run(61);
            Assert.False(OfAnotherThread());
        }
    }

    [Fact]
    public void Clock_ThatStandsStill_LeavesItAtTheFile()
    {
        (file, memory) = (0, 0);
        Run(200);
        Assert.True(OfAnotherThread());
    }

    [Fact]
    public void Misses_OneOfMany_AreBrought() => Assert.Equal(10, Enumerable.Range(0, 10 * SendWays.Misses).Count(_ => ways.Brings()));

    [Fact]
    public async Task AnotherThread_OnlyAsks()
    {
        memory = 50;
        Run(100);
        var (others, brought) = await Task.Factory.StartNew(
            () => (Enumerable.Range(0, 100 * SendWays.Answers).Count(_ => ways.ByFile(Middle)), Enumerable.Range(0, 1000).Count(_ => ways.Brings())),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.Equal((0, 0), (others, brought));
    }

    /// <summary>Sends that many periods of answers; the share that went by file.</summary>
    private double Run(int periods)
    {
        var byFile = 0;
        var count = periods * SendWays.Answers;
        for (var i = 0; i < count; i++)
        {
            var one = ways.ByFile(Middle);
            if (one) byFile++;
            now += (long)(10 * (one ? file : memory) * (1 + (noise * ((2 * random.NextDouble()) - 1))));
        }

        return (double)byFile / count;
    }

    private bool OfAnotherThread()
    {
        var told = false;
        var other = new Thread(() => told = ways.ByFile(Middle));
        other.Start();
        other.Join();
        return told;
    }
}
