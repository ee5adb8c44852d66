using Sluice.Edge.Transport;

namespace Sluice.Edge.Tests.Transport;

/// <summary>The way that takes less of a thread's time is found, whichever it is on a machine.</summary>
public sealed class SendWaysTests
{
    private const long Short = 16 << 10, Long = 1 << 20;
    private readonly SendWays ways;
    private readonly Random random = new(20261122);
    private double file = 100, memory = 100, noise;
    private long now = 1_000_000;

    public SendWaysTests() => ways = new SendWays(Environment.CurrentManagedThreadId, () => now);

    [Theory]
    [InlineData(1)]
    [InlineData(8192)]
    public void Size_ThatIsSmall_AlwaysGoesFromMemory(long length)
    {
        memory = 1000;
        Run(200);
        for (var i = 0; i < 5000; i++)
        {
            Assert.False(ways.ByFile(length));
            ways.Count(length, length);
        }
    }

    [Theory]
    [InlineData(Short, 90, 100, 0, false)]
    [InlineData(Short, 100, 90, 0, true)]
    [InlineData(Short, 90, 100, 0.1, false)]
    [InlineData(Short, 100, 90, 0.1, true)]
    [InlineData(Short, 100, 100, 0, true)]
    [InlineData(Long, 90, 100, 0.1, false)]
    [InlineData(Long, 100, 90, 0.1, true)]
    public void Size_AboveIt_GoesTheCheaperWayAndRarelyTheOther(long length, int ofMemory, int ofFile, double apart, bool byFile)
    {
        (memory, file, noise) = (ofMemory, ofFile, apart);
        Run(100, length);
        var share = Run(160, length);
        Assert.Equal(byFile, OfAnotherThread(length));
        Assert.InRange(byFile ? 1 - share : share, 0.05, 0.07);
    }

    [Fact]
    public void ShortAndLong_GoTheirOwnWays()
    {
        (memory, file) = (90, 100);
        Run(100);
        (memory, file) = (100, 90);
        Run(100, Long);
        Assert.Equal((false, true), (OfAnotherThread(), OfAnotherThread(Long)));
    }

    [Fact]
    public void LongOnes_AreComparedByTheirBytes()
    {
        // Each round takes what it sends takes, and the ways send unequal amounts at once.
        memory = 90;
        for (var i = 0; i < 100_000; i++)
        {
            var byFile = ways.ByFile(Long);
            var sent = byFile ? 300_000 : 500_000;
            now += (long)(sent * (byFile ? file : memory));
            ways.Count(Long, sent);
        }

        Assert.False(OfAnotherThread(Long));
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
            () => (Enumerable.Range(0, 100 * SendWays.ShortAnswers).Count(_ => Send(Short)), Enumerable.Range(0, 1000).Count(_ => ways.Brings())),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.Equal((0, 0), (others, brought));
    }

    /// <summary>Sends that many periods of answers; the share that went by file.</summary>
    private double Run(int periods, long length = Short)
    {
        var byFile = 0;
        var count = periods * (length > SendWays.ShortBytes ? SendWays.LongBytes / length : SendWays.ShortAnswers);
        for (var i = 0; i < count; i++)
            if (Send(length)) byFile++;
        return (double)byFile / count;
    }

    private bool Send(long length)
    {
        var byFile = ways.ByFile(length);
        now += (long)(10 * (byFile ? file : memory) * (1 + (noise * ((2 * random.NextDouble()) - 1))));
        ways.Count(length, length);
        return byFile;
    }

    private bool OfAnotherThread(long length = Short)
    {
        var told = false;
        var other = new Thread(() => told = ways.ByFile(length));
        other.Start();
        other.Join();
        return told;
    }
}
