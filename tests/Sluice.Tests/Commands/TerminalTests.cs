using Sluice.Commands;

namespace Sluice.Tests.Commands;

public class TerminalTests
{
    private const string Hostile = "s3://b/\u001b]0;owned\u0007\u009b2J\rlog é.mp4", Tame = "s3://b/?]0;owned??2J?log é.mp4";

    private readonly StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };

    [Theory]
    [InlineData(true, Tame)]
    [InlineData(false, Hostile)]
    public void WriteName_KeyThatIsAnOrderToScreens_IsHarmlessThereAndWholeElsewhere(bool isScreen, string expected)
    {
        Of(isScreen).WriteName(Hostile);

        Assert.Equal(expected + "\n", output.ToString());
    }

    [Fact]
    public void Complain_OfAKeyThatIsAnOrderToScreens_IsHarmless()
    {
        Of(isScreen: false).Complain(Hostile.Replace('\r', '\b'));

        Assert.Equal($"sluice: {Tame}\n", error.ToString());
    }

    [Fact]
    public void Tables_OfKeysThatAreOrdersToScreens_AreHarmless()
    {
        Output.Table(output, ["address"], [[Hostile]]);
        Output.Pairs(output, ("address", Hostile));

        Assert.Equal(["address", Tame, "address  " + Tame], output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim()));
    }

    private Terminal Of(bool isScreen) => new(output, error, new Dictionary<string, string>(), TimeProvider.System) { IsScreen = isScreen };
}
