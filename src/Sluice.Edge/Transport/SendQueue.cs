using System.Net.Sockets;

namespace Sluice.Edge.Transport;

/// <summary>
/// How much lies in the kernel for a client who is near. Left alone Linux queues up to 4 MB for each connection, which keeps a distant client's line full; a near one takes as much in any
/// case, and of megabytes under way to it the kernel takes some for lost and sends them again: twice the processor time for bodies of several megabytes (decision 0006).
/// </summary>
internal static class SendQueue
{
    /// <summary>What is asked for; Linux makes it twice that, for what it notes of the bytes.</summary>
    public const int NearBytes = 256 << 10;

    /// <summary>On the same machine or in the same rack: in this time the queue empties once, so that it allows 20 Gbit/s and more.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromMicroseconds(100);

    /// <summary>Limits it when the client is near. It is never limited where that would cost a client anything, and stays as it is when the connection is over.</summary>
    public static void Limit(Socket socket)
    {
        try
        {
            if (SocketCalls.LeastRoundTrip(socket) <= Near) socket.SendBufferSize = NearBytes;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Whoever sends next finds out.
        }
    }
}
