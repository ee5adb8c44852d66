using System.CommandLine;
using System.Runtime.InteropServices;

namespace Sluice.Commands;

/// <summary><c>sluice version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("version", "Show the version of the program and of what it runs on.");
        command.SetAction(_ => Write(terminal));
        return command;
    }

    /// <summary>Writes the version.</summary>
    public static int Write(Terminal terminal)
    {
        terminal.Out.WriteLine($"sluice {ProgramVersion.Text} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
        return ExitCode.Ok;
    }
}
