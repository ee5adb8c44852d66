using Sluice.Commands;
using Sluice.TestKit.Time;

namespace Sluice.Tests.Commands;

/// <summary>How far work is whose end nobody knows.</summary>
public sealed class ProgressLineTests : IDisposable
{
    private readonly ManualTimeProvider clock = new(DateTimeOffset.UnixEpoch);
    private readonly StringWriter error = new() { NewLine = "\n" };

    public ProgressLineTests() => clock.Advance(TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(true, "\r2,000 objects listed below s3://media\u001b[K\r3,000 objects listed below s3://media\u001b[K\n")]
    [InlineData(false, "2,000 objects listed below s3://media\n3,000 objects listed below s3://media\n")]
    public void Count_NowAndThen_ShowsHowMany(bool isWatched, string shown)
    {
        var line = new ProgressLine(new(TextWriter.Null, error, new Dictionary<string, string>(), clock) { IsWatched = isWatched });
        foreach (var found in new[] { 1000, 1001, 2000, 2001, 3000 })
        {
            if (found % 1000 == 0 && found > 1000)
                clock.Advance(TimeSpan.FromSeconds(6));
            line.Count(found, "objects listed below s3://media");
        }
        line.End();
        Assert.Equal(shown, error.ToString());
    }

    [Fact]
    public void Count_NameLongerThanTheScreen_StaysOnOneLine()
    {
        var line = new ProgressLine(new(TextWriter.Null, error, new Dictionary<string, string>(), clock) { IsWatched = true, Width = () => 12 });
        line.Count(1, "objects");
        clock.Advance(TimeSpan.FromSeconds(1));
        line.Count(1000, "objects listed");
        Assert.Equal("\r1,000 objec\u001b[K", error.ToString());
    }

    public void Dispose() => error.Dispose();
}
