using System.CommandLine;

namespace Sluice.Commands;

/// <summary>A command with what its help shows beyond options.</summary>
internal sealed class ProgramCommand(string name, string description) : Command(name, description)
{
    /// <summary>Examples: what it does, and the line to type.</summary>
    public IReadOnlyList<(string What, string Line)> Examples { get; init; } = [];
}
