using System.Runtime.InteropServices;

namespace Sluice.Core.Processes;

/// <summary>How many files the system allows this process to have open (RLIMIT_NOFILE).</summary>
public static unsafe partial class FileLimit
{
    private const int OpenFiles = 7;

    /// <summary>The number; <see cref="long.MaxValue"/> for no bound, and where it cannot be told.</summary>
    public static long Read()
    {
        if (!OperatingSystem.IsLinux()) return long.MaxValue;
        // The runtime has raised the soft bound to the hard one by now.
        var bounds = stackalloc ulong[2];
        return GetLimit(OpenFiles, bounds) == 0 && bounds[0] < long.MaxValue ? (long)bounds[0] : long.MaxValue;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetLimit(int resource, ulong* bounds);
}
