using System.Net;
using System.Net.Sockets;

namespace Sluice.TestKit.Processes;

/// <summary>
/// Ports for servers that a test starts. They lie below those the kernel gives to outgoing connections, so that none is taken
/// between the look and the start, and none is given twice in a process.
/// </summary>
public static class FreePorts
{
    private const int First = 18_000, Count = 14_000;
    private static int next = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref next) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one.
            }
        }
        throw new InvalidOperationException($"no port from {First} to {First + Count - 1} is free on this machine");
    }
}
