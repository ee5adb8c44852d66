using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Logging;

/// <summary>
/// Has the kernel put what is written to a file at its end. <see cref="FileMode.Append"/> finds the end once and counts on from there, so that two programs that write to
/// one file write over each other, and what comes just after a file was cut short stands behind a hole.
/// </summary>
internal static partial class AppendMode
{
    private const int SetFlags = 4, Append = 0x400;

    /// <summary>Does so, on Linux.</summary>
    public static void Set(FileStream file)
    {
        // Where it cannot be done the stream goes on as it would.
        if (OperatingSystem.IsLinux()) _ = Control(file.SafeFileHandle, SetFlags, Append);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle file, int command, int value);
}
