using Sluice.Commands;

namespace Sluice.Tests.Commands;

/// <summary>Runs the program's command line in this process.</summary>
internal static class CommandLine
{
    public static async Task<(int Code, string Out, string Error)> RunAsync(string[] args, Dictionary<string, string>? environment = null)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await SluiceCommand.RunAsync(args, new Terminal(output, error, environment ?? [], TimeProvider.System), TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
