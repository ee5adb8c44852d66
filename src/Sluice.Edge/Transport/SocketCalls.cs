using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Edge.Transport;

/// <summary>The Linux calls .NET does not offer: to take what has arrived, and to send several pieces of memory, without waiting; and file to socket without passing through the process.</summary>
internal static unsafe partial class SocketCalls
{
    /// <summary>The socket takes no more now.</summary>
    public const int WouldBlock = -11;

    /// <summary>The disk does not give the bytes.</summary>
    public const int CannotRead = -5;

    private const int DontWait = 0x40, NoSignal = 0x4000, More = 0x8000;

    /// <summary>Bytes taken, or a negative error number.</summary>
    public static long Send(SafeSocketHandle socket, ReadOnlySpan<Piece> pieces, bool more = false)
    {
        fixed (Piece* first = pieces)
        {
            var message = new Message { Pieces = first, Count = (nuint)pieces.Length };
            var flags = DontWait | NoSignal | (more ? More : 0);
            nint sent;
            // One piece without the list of them, which the kernel copies and checks: an answer without a body costs 1 % less.
            do sent = pieces.Length == 1 ? Send(socket, first->Start, first->Length, flags) : SendMessage(socket, &message, flags);
            while (sent < 0 && Marshal.GetLastPInvokeError() == 4);
            return sent < 0 ? -Marshal.GetLastPInvokeError() : sent;
        }
    }

    /// <summary>Bytes that were there, 0 at the end, or a negative error number.</summary>
    public static int Receive(SafeSocketHandle socket, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            nint received;
            do received = Receive(socket, start, (nuint)into.Length, DontWait);
            while (received < 0 && Marshal.GetLastPInvokeError() == 4);
            return received < 0 ? -Marshal.GetLastPInvokeError() : (int)received;
        }
    }

    /// <summary>Bytes taken, or a negative error number. The socket must be non-blocking.</summary>
    public static long SendFile(SafeSocketHandle socket, SafeFileHandle file, long start, long count)
    {
        nint sent;
        do
        {
            var offset = start;
            sent = SendFile(socket, file, &offset, (nint)count);
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == 4);
        return sent < 0 ? -Marshal.GetLastPInvokeError() : sent;
    }

    /// <summary>
    /// Bytes the other side has confirmed since the connection began, whether anything waits to be confirmed or even sent, and whether anything is sent that is not confirmed
    /// (tcp_info: tcpi_bytes_acked, tcpi_unacked, tcpi_notsent_bytes); nothing for what is no TCP.
    /// </summary>
    /// <exception cref="SocketException">The connection is over.</exception>
    public static (long Acknowledged, bool IsOutstanding, bool IsUnderWay) SentTo(Socket socket)
    {
        const int Unacknowledged = 24, BytesAcknowledged = 120, BytesNotSent = 144;
        Span<byte> information = stackalloc byte[BytesNotSent + sizeof(uint)];
        if (!TryReadInformation(socket, information)) return default;
        var isUnderWay = MemoryMarshal.Read<uint>(information[Unacknowledged..]) != 0;
        return (MemoryMarshal.Read<long>(information[BytesAcknowledged..]), isUnderWay || MemoryMarshal.Read<uint>(information[BytesNotSent..]) != 0, isUnderWay);
    }

    /// <summary>The least time that a packet and its confirmation took of late (tcpi_min_rtt); null for what is no TCP, or where nothing was measured.</summary>
    /// <exception cref="SocketException">The connection is over.</exception>
    public static TimeSpan? LeastRoundTrip(Socket socket)
    {
        const int LeastRoundTrip = 148;
        Span<byte> information = stackalloc byte[LeastRoundTrip + sizeof(uint)];
        return TryReadInformation(socket, information) && MemoryMarshal.Read<uint>(information[LeastRoundTrip..]) is var least and < uint.MaxValue
            ? TimeSpan.FromMicroseconds(least) : null;
    }

    /// <summary>The beginning of what the kernel says of a TCP connection (tcp_info).</summary>
    private static bool TryReadInformation(Socket socket, Span<byte> information)
    {
        const int OptionsOfTcp = 6, Information = 11;
        return socket.ProtocolType == ProtocolType.Tcp && socket.GetRawSocketOption(OptionsOfTcp, Information, information) == information.Length;
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendMessage(SafeSocketHandle socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Send(SafeSocketHandle socket, byte* start, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Receive(SafeSocketHandle socket, byte* start, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendFile(SafeSocketHandle socket, SafeFileHandle file, long* offset, nint count);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nuint Count;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
