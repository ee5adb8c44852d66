using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Edge.Transport;

/// <summary>Linux's epoll(7), and what its waiting threads cost.</summary>
internal static unsafe partial class PollCalls
{
    private const uint In = 0x1, Out = 0x4, Error = 0x8, HangUp = 0x10, PeerHangUp = 0x2000, EdgeTriggered = 1u << 31;
    private const int CloseOnExec = 0x80000, AddOperation = 1, ThreadClock = 3;

    /// <summary>struct epoll_event is packed on x86-64 and nowhere else.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    public static SafeFileHandle Create()
    {
        var handle = CreatePoll(CloseOnExec);
        if (handle.IsInvalid) throw new SocketException(Marshal.GetLastPInvokeError());
        return handle;
    }

    /// <summary>From now on <paramref name="socket"/> is told of with <paramref name="slot"/>, once each time something comes about.</summary>
    public static void Add(SafeFileHandle poll, SafeHandle socket, int slot)
    {
        var interest = stackalloc byte[16];
        *(uint*)interest = In | Out | PeerHangUp | EdgeTriggered;
        *(long*)(interest + DataOffset) = slot;
        var added = false;
        try
        {
            socket.DangerousAddRef(ref added);
            if (Control(poll, AddOperation, (int)socket.DangerousGetHandle(), interest) != 0) throw new SocketException(Marshal.GetLastPInvokeError());
        }
        finally
        {
            if (added) socket.DangerousRelease();
        }
    }

    /// <summary>Waits for news; answers how many there are.</summary>
    public static int Wait(SafeFileHandle poll, Batch into)
    {
        fixed (byte* first = into.Bytes)
        {
            var count = Wait(poll, first, into.Size, -1);
            if (count >= 0) return count;
            var error = Marshal.GetLastPInvokeError();
            return error == 4 ? 0 : throw new SocketException(error);
        }
    }

    /// <summary>Nanoseconds of processor time that the calling thread has taken (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID); 0 where that cannot be had.</summary>
    public static long ThreadTime()
    {
        var time = stackalloc long[2];
        return GetTime(ThreadClock, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, long* into);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle poll, int operation, int socket, byte* interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(SafeFileHandle poll, byte* events, int size, int milliseconds);

    /// <summary>Room for what one wait brings.</summary>
    public sealed class Batch(int size)
    {
        public int Size => size;

        public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size * 16, pinned: true);

        public (int Slot, Readiness Readiness) this[int index]
        {
            get
            {
                fixed (byte* one = &Bytes[index * (DataOffset + 8)])
                {
                    var told = *(uint*)one;
                    var isEnding = (told & (Error | HangUp | PeerHangUp)) != 0;
                    var isOver = (told & (Error | HangUp)) != 0;
                    return (
                        (int)*(long*)(one + DataOffset),
                        (isEnding ? Readiness.Ending : 0) | (isEnding || (told & In) != 0 ? Readiness.Bytes : 0) | (isOver || (told & Out) != 0 ? Readiness.Room : 0));
                }
            }
        }
    }
}
