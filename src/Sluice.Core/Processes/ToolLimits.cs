namespace Sluice.Core.Processes;

/// <summary>What a child process may use at most. Time is held on every system; the others by the kernel, on Linux only (setrlimit(2)).</summary>
public sealed record ToolLimits
{
    /// <summary>How long it may run before it is killed, by the clock given at its start. Default null: as long as it likes.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Processor time of all its threads together (RLIMIT_CPU); whole seconds, rounded up. Default null: no bound.</summary>
    public TimeSpan? ProcessorTime { get; init; }

    /// <summary>Bytes of memory of its own that it may write to (RLIMIT_DATA: heap, stacks, private maps). Default null: no bound.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Bytes of the largest file it may write (RLIMIT_FSIZE); pipes do not count. Default null: no bound.</summary>
    public long? FileBytes { get; init; }
}
