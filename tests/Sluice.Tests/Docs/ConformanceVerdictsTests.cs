using Sluice.TestKit.Conformance;

namespace Sluice.Tests.Docs;

public sealed class ConformanceVerdictsTests
{
    private static readonly ConformanceVerdict[] Some =
    [
        new("a", "one", "required", true), new("a", "two", "optimal", false), new("b", "three", "check", true), new("b", "four", "check", false),
    ];

    [Fact]
    public void Format_Verdicts_ReadBack() => Assert.Equal(Some, ConformanceVerdicts.Parse(ConformanceVerdicts.Format(Some)));

    [Fact]
    public void Compare_NothingChanged_IsSilent() => Assert.Equal("", ConformanceVerdicts.Compare(Some, Some, "update"));

    [Fact]
    public void Compare_Changes_NamesWhatWasLostFirst()
    {
        ConformanceVerdict[] now = [Some[0] with { Passed = false, Seen = "200, not 304" }, Some[1] with { Passed = true }, Some[2], new("b", "five", "check", true)];
        Assert.Equal(
            "required one passed once and does not now: 200, not 304\ncheck four is not in the suite any more\noptimal two passes now\ncheck five is new\nWhen that is what was wanted: update\n",
            ConformanceVerdicts.Compare(Some, now, "update"));
    }

    [Fact]
    public void Table_Groups_CountsKinds() =>
        Assert.Contains("| a | 1 of 1 | 0 of 1 |  |\n| b |  |  | 1 of 2 |\n| **all** | 1 of 1 | 0 of 1 | 1 of 2 |\n", ConformanceVerdicts.Table(Some), StringComparison.Ordinal);

    [Fact]
    public void Parse_LineThatIsNone_IsRefused() => Assert.Throws<FormatException>(() => ConformanceVerdicts.Parse("one required maybe\n"));
}
