namespace Sluice.Core.Processes;

/// <summary>How a child process came to its end.</summary>
public enum ToolEnd
{
    /// <summary>By itself; its exit code tells the rest.</summary>
    Exited,

    /// <summary>By a signal nobody here sent: it crashed, or the kernel ended it at one of its bounds.</summary>
    Signalled,

    /// <summary>Killed because its time was up.</summary>
    TimedOut,

    /// <summary>Killed because nobody wanted its work any more.</summary>
    Killed,
}
