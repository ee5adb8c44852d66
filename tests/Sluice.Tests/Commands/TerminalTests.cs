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

    // As with "> report.txt" on a full disk, or ">&-".
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Results_ThatCannotBeWritten_AreOneLineAndAnExitCode(bool isClosed)
    {
        using var full = new FullWriter(isClosed);
        Assert.Equal(ExitCode.Failure, await SluiceCommand.RunAsync(["version"], new Terminal(full, error, new Dictionary<string, string>(), TimeProvider.System), TestContext.Current.CancellationToken));
        Assert.Equal($"sluice: {FullWriter.Reason}\n", error.ToString());

        Assert.Equal(ExitCode.Usage, await SluiceCommand.RunAsync(["nonsense"], new Terminal(output, full, new Dictionary<string, string>(), TimeProvider.System), TestContext.Current.CancellationToken));
    }

    // A server's greeting: it was refused its start.
    [Fact]
    public async Task Tell_WhatCannotBeWritten_GoesOn()
    {
        using var full = new FullWriter(isClosed: false);
        await Of(isScreen: false).TellAsync(full, "Sluice serves\n");
        await Of(isScreen: false).TellAsync(output, "Sluice serves\n");
        Assert.Equal("Sluice serves\n", output.ToString());
    }

    private Terminal Of(bool isScreen) => new(output, error, new Dictionary<string, string>(), TimeProvider.System) { IsScreen = isScreen };

    private sealed class FullWriter(bool isClosed) : StringWriter
    {
        public const string Reason = "No space left on device";

        // As the console does for each of the two.
        public override void Write(string? value) => throw (isClosed ? new UnauthorizedAccessException("Access to the path is denied.", new IOException(Reason)) : new IOException(Reason));

        public override void WriteLine(string? value) => Write(value);
    }
}
