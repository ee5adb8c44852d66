using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Edge.Origins;

/// <summary>The few file calls that .NET does not offer: naming a file without opening it, its real path, its status to the nanosecond.</summary>
internal static class LinuxFiles
{
    public const int NotPermitted = 1, NotFound = 2, NoAccess = 13, NotAFolder = 20, NameTooLong = 36, TooManyLinks = 40;

    private const int CurrentFolder = -100, PathOnly = 0x200000, CloseOnExec = 0x80000, EmptyPath = 0x1000, BasicMask = 0x7ff;

    /// <summary>
    /// A handle that names what <paramref name="path"/> leads to without opening it (O_PATH): no device is touched, no FIFO waits.
    /// Null with <paramref name="error"/> set when it leads nowhere.
    /// </summary>
    public static SafeFileHandle? Name(SafeFileHandle? folder, byte[] path, out int error)
    {
        var fd = OpenAt(folder is null ? CurrentFolder : (int)folder.DangerousGetHandle(), path, PathOnly | CloseOnExec, 0);
        error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        GC.KeepAlive(folder);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>
    /// Opens for reading the very file a handle names, whatever has happened to its name since. Null with <paramref name="error"/> set when that is refused.
    /// </summary>
    /// <remarks>Not File.OpenHandle: that takes an advisory lock, which would keep writers out while a viewer reads, and fail while one writes.</remarks>
    public static SafeFileHandle? Open(SafeFileHandle named, out int error)
    {
        var fd = OpenAt(CurrentFolder, Terminated(ProcPath(named)), CloseOnExec, 0);
        error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        GC.KeepAlive(named);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    // Where /proc shows an open handle.
    private static string ProcPath(SafeFileHandle handle) => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{(int)handle.DangerousGetHandle()}");

    /// <summary>The path of what a handle names, free of symbolic links.</summary>
    /// <exception cref="IOException">/proc is not there.</exception>
    public static byte[] RealPath(SafeFileHandle handle)
    {
        var buffer = new byte[4096];
        var length = ReadLink(Terminated(ProcPath(handle)), buffer, buffer.Length);
        GC.KeepAlive(handle);
        return length < 0 ? throw Failed("readlink") : buffer[..(int)length];
    }

    /// <summary>The status of what a handle names.</summary>
    /// <exception cref="IOException">The call failed.</exception>
    public static FileStatus Status(SafeFileHandle handle)
    {
        var result = StatX((int)handle.DangerousGetHandle(), [0], EmptyPath, BasicMask, out var status);
        GC.KeepAlive(handle);
        return result < 0 ? throw Failed("statx") : new(status.Mode, status.Inode, (long)status.Size, status.ModifiedSeconds, status.ModifiedNanoseconds);
    }

    /// <summary>A path as the kernel takes it.</summary>
    public static byte[] Terminated(string path) => System.Text.Encoding.UTF8.GetBytes(path + '\0');

    private static IOException Failed(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {new Win32Exception(error).Message}");
    }

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static extern int OpenAt(int folder, byte[] path, int flags, int mode);

    [DllImport("libc", EntryPoint = "readlink", SetLastError = true)]
    private static extern nint ReadLink(byte[] path, byte[] buffer, nint size);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, out StatXBuffer buffer);

    // struct statx: the same layout on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
    }
}
