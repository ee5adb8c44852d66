namespace Sluice.Core.Processes;

/// <summary>The end of a child process.</summary>
/// <param name="End">How it came.</param>
/// <param name="Code">Its exit code; 128 and the signal's number where a signal ended it.</param>
/// <param name="Error">The last lines it wrote to its standard error, up to 8 KiB.</param>
public sealed record ToolExit(ToolEnd End, int Code, string Error)
{
    /// <summary>True when it says itself that all went well.</summary>
    public bool IsSuccess => End == ToolEnd.Exited && Code == 0;

    /// <summary>True when somebody told it to end who was not this process (SIGHUP, SIGINT, SIGTERM), as every process of a service is told when that is stopped.</summary>
    public bool IsInterrupted => End == ToolEnd.Signalled && Code - 128 is 1 or 2 or 15;

    /// <summary>True when it was found and could not be run (126), or misses a library or what a script calls (127), as while its package is upgraded.</summary>
    public bool HasNotRun => End == ToolEnd.Exited && Code is 126 or 127;

    /// <summary>The last line of <see cref="Error"/> that is not empty, nor tells only how often ffmpeg said the one before, for an error message; empty when it said nothing.</summary>
    public string LastLine => Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault(line => !line.StartsWith("Last message repeated ", StringComparison.Ordinal)) ?? "";
}
