using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Core.Disk;

/// <summary>
/// The page cache: reads that are answered from it or not at all (Linux preadv2 with RWF_NOWAIT), which never wait for the disk and so need no other thread, and what it is to have, which does wait.
/// </summary>
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

    /// <summary>
    /// Has bytes read into the page cache and waits for them, as far as they can be had, without looking at them: into a pipe, which holds the pages themselves (splice(2)), and which is thrown
    /// away.
    /// </summary>
    public static void Bring(SafeFileHandle file, long start, long end)
    {
        const int CloseOnExec = 0x80000, SetPipeSize = 1031, PipeBytes = 1 << 20;
        if (unsupported) return;
        var ends = stackalloc int[2];
        while (start < end && OpenPipe(ends, CloseOnExec) == 0)
        {
            using var output = new SafeFileHandle(ends[0], ownsHandle: true);
            using var into = new SafeFileHandle(ends[1], ownsHandle: true);
            // Where a user has too much in pipes it stays at 64 KB.
            _ = Control(into, SetPipeSize, PipeBytes);
            var position = start;
            var count = Splice(file, &position, into, null, (nuint)Math.Min(end - start, PipeBytes), 0);
            // The file ends, or cannot be read: whoever reads it is told.
            if (count <= 0) return;
            start += count;
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenPipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle pipe, int command, int value);

    [LibraryImport("libc", EntryPoint = "splice")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Splice(SafeFileHandle from, long* position, SafeFileHandle to, long* unused, nuint count, uint flags);

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
