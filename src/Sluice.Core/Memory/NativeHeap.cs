using System.Runtime.InteropServices;

namespace Sluice.Core.Memory;

/// <summary>How the C library of Linux keeps its heap.</summary>
internal static partial class NativeHeap
{
    private const int MapThreshold = -3;
    private const int LargeBytes = 128 << 10;

    /// <summary>
    /// Has every large block mapped on its own, so that freeing it gives its memory back to the system. Left alone glibc stops doing so with the first large block that is freed, and puts
    /// the next ones between small ones, where nothing of a burst of misses goes back.
    /// </summary>
    public static void GiveLargeBlocksBack()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            // Its default, but said: that is what keeps it from moving.
            _ = SetOption(MapThreshold, LargeBytes);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, such as musl: it gives large blocks back by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
