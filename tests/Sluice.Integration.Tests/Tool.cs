using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests;

/// <summary>Programs that tests run beside the one under test.</summary>
internal static class Tool
{
    /// <summary>Runs a program of the PATH to its end.</summary>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Require.Command(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await errors);
    }

    /// <summary>The newest build of a sample.</summary>
    public static string Sample(string name) =>
        Directory.EnumerateFiles(Path.Combine(SluiceProgram.Repository, "samples", name, "bin"), name + ".dll", SearchOption.AllDirectories)
            .Where(file => File.Exists(Path.ChangeExtension(file, ".runtimeconfig.json"))).OrderByDescending(File.GetLastWriteTimeUtc).First();
}
