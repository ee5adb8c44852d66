using Sluice.Commands;
using Sluice.TestKit.Time;

namespace Sluice.Tests.Commands;

/// <summary>What <c>sluice get</c> shows while it fetches.</summary>
public sealed class DownloadProgressTests : IDisposable
{
    private readonly ManualTimeProvider clock = new(DateTimeOffset.UnixEpoch);
    private readonly StringWriter error = new() { NewLine = "\n" };
    private readonly StringWriter output = new() { NewLine = "\n" };

    private Terminal Screen(bool isWatched, int width = 80) => new(output, error, new Dictionary<string, string>(), clock) { IsWatched = isWatched, Width = () => width };

    private string Written()
    {
        var text = error.ToString();
        error.GetStringBuilder().Clear();
        return text;
    }

    [Fact]
    public void Report_OnAScreen_ShowsShareRateAndTimeLeft()
    {
        using var progress = new DownloadProgress(Screen(true), "s3://media/clip.mp4", 1);
        var part = progress.Part();
        part.Report(new(1 << 20, 100 << 20));
        Assert.Equal("", Written());
        clock.Advance(TimeSpan.FromSeconds(2));
        part.Report(new(25 << 20, 100 << 20));
        Assert.Equal("\rs3://media/clip.mp4 [#####...............] 25 % of 100 MiB, 12.5 MiB/s, 6s left", Written());
        progress.Done(part, 100 << 20, 100 << 20);
        Assert.Equal("\r" + new string(' ', 79) + "\r", Written());
        progress.Finish(0);
        Assert.Equal("s3://media/clip.mp4: fetched 100 MiB in 2.0 s (50 MiB/s)\n", Written());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(20)]
    public void Report_NameLongerThanTheScreen_StaysOnOneLine(int width)
    {
        using var progress = new DownloadProgress(Screen(true, width), "s3://media/a-folder-with-a-name-that-is-long/and-another-one/clip.mp4", 1);
        clock.Advance(TimeSpan.FromSeconds(1));
        progress.Part().Report(new(1 << 20, 2 << 20));
        var line = Written();
        Assert.StartsWith("\r", line, StringComparison.Ordinal);
        Assert.InRange(line.Length - 1, 1, width - 1);
        if (width == 80) Assert.StartsWith("\r…", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ManyOfKnownLength_CountsWhatWasHeldTowardsTheEnd()
    {
        using var progress = new DownloadProgress(Screen(true, 120), "s3://media/p/", 4, total: 100 << 20);
        var (held, arriving) = (progress.Part(), progress.Part());
        progress.Done(held, 50 << 20, 0);
        clock.Advance(TimeSpan.FromSeconds(5));
        arriving.Report(new(25 << 20, 30 << 20));
        Assert.Equal("\rs3://media/p/ [###############.....] 75 % of 100 MiB, 1 of 4 files, 5 MiB/s, 5s left", Written());
    }

    [Fact]
    public void Done_WithSomethingToSay_TakesTheLineAwayFirst()
    {
        using var progress = new DownloadProgress(Screen(true), "list", 2);
        var (first, second) = (progress.Part(), progress.Part());
        clock.Advance(TimeSpan.FromSeconds(1));
        first.Report(new(1, 2));
        Written();
        progress.Done(first, 2, 2, () => error.Write("/cache/a\n"));
        Assert.EndsWith(" \r/cache/a\n", Written(), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(1));
        second.Report(new(1, 2));
        Written();
        progress.Failed(second, () => error.Write("sluice: no\n"));
        Assert.EndsWith(" \rsluice: no\n", Written(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_InAPipe_WritesALineNowAndThen()
    {
        using var progress = new DownloadProgress(Screen(false), "list", 2);
        var part = progress.Part();
        clock.Advance(TimeSpan.FromSeconds(4.9));
        part.Report(new(1 << 20, 4 << 20));
        Assert.Equal("", Written());
        clock.Advance(TimeSpan.FromSeconds(0.1));
        part.Report(new(2 << 20, 4 << 20));
        part.Report(new(3 << 20, 4 << 20));
        Assert.Equal("list: 0 of 2 files, 2 MiB, 409.6 KiB/s\n", Written());
        progress.Dispose();
        Assert.Equal("", Written());
    }

    public void Dispose()
    {
        error.Dispose();
        output.Dispose();
    }
}
