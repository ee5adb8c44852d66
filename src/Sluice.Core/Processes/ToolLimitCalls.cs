using System.Runtime.InteropServices;

namespace Sluice.Core.Processes;

/// <summary>Sets bounds on a process that has just started (Linux prlimit(2)). It may have run for a few milliseconds by then: the bounds hold for what it takes from there on.</summary>
internal static unsafe partial class ToolLimitCalls
{
    // Numbers of Linux on every architecture .NET runs on.
    private const int ProcessorTime = 0, FileSize = 1, Data = 2, Core = 4;

    public static void Apply(int process, ToolLimits limits)
    {
        if (!OperatingSystem.IsLinux()) return;
        // A crash on hostile input must not write the memory of it to disk.
        Set(process, Core, 0);
        if (limits.ProcessorTime is { } time) Set(process, ProcessorTime, (long)Math.Ceiling(time.TotalSeconds));
        if (limits.MemoryBytes is { } memory) Set(process, Data, memory);
        if (limits.FileBytes is { } size) Set(process, FileSize, size);
    }

    private static void Set(int process, int resource, long most)
    {
        var limit = new Limit { Soft = (ulong)most, Hard = (ulong)most };
        // It may be at its end already, and an end needs no bound.
        const int noSuchProcess = 3;
        if (SetLimit(process, resource, &limit, null) != 0 && Marshal.GetLastPInvokeError() is var error and not noSuchProcess)
            throw new IOException($"Bound {resource} of a child process could not be set: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int process, int resource, Limit* limit, Limit* before);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
