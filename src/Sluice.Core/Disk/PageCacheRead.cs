using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Core.Disk;

/// <summary>Reads that are answered from the page cache or not at all (Linux preadv2 with RWF_NOWAIT): they never wait for the disk, so they need no other thread.</summary>
internal static unsafe partial class PageCacheRead
{
    private const int NoWait = 8;
    private static volatile bool unsupported = !OperatingSystem.IsLinux() || !Environment.Is64BitProcess;

    /// <summary>Fills the buffer if all its bytes are in the page cache; false to read the ordinary way.</summary>
    public static bool TryFill(SafeFileHandle file, Span<byte> buffer, long position)
    {
        if (unsupported) return false;
        try
        {
            fixed (byte* start = buffer)
            {
                var vector = new Vector { Start = start, Length = (nuint)buffer.Length };
                return ReadVector(file, &vector, 1, position, NoWait) == buffer.Length;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it.
            unsupported = true;
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "preadv2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadVector(SafeFileHandle file, Vector* vectors, int count, long position, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Start;
        public nuint Length;
    }
}
