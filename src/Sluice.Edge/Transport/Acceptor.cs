using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Sluice.Edge.Transport;

/// <summary>A socket that listens, and takes no more connections in than leaves files to work with.</summary>
internal sealed class Acceptor : IDisposable
{
    /// <summary>How often it is looked whether there is room again.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    /// <summary>As many are taken in whatever else this process has open.</summary>
    private const int Least = 16;

    private readonly Socket socket;
    private readonly FileRoom room;
    private readonly TimeProvider time;
    private volatile bool isStopping;

    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public Acceptor(EndPoint endpoint, FileRoom room, TimeProvider time)
    {
        (this.room, this.time) = (room, time);
        Socket? bound = null;
        try
        {
            bound = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            bound.Listen(4096);
            socket = bound;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            bound?.Dispose();
            throw new AddressInUseException(e.Message, e);
        }
    }

    public EndPoint EndPoint => socket.LocalEndPoint!;

    /// <summary>Whether there is no room for more connections.</summary>
    public bool IsShort => room.IsShort;

    public bool IsStopping => isStopping;

    /// <summary>The next connection; null when this was disposed or <paramref name="cancellation"/> came.</summary>
    /// <param name="connect">Makes it of its socket.</param>
    /// <param name="held">Tells how many of them are still here.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<ConnectionContext?> AcceptAsync(Func<Socket, ConnectionContext> connect, Func<int> held, CancellationToken cancellation)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                // The kernel keeps them waiting meanwhile.
                while (room.IsShort && held() >= Least && !isStopping)
                {
                    await Task.Delay(Wait, time, CancellationToken.None);
                    room.Look();
                }

                accepted = await socket.AcceptAsync(cancellation);
                room.Note(accepted.Handle);
                // Only TCP has it.
                if (accepted.LocalEndPoint is IPEndPoint) accepted.NoDelay = true;
                return connect(accepted);
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException || e is SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                room.Fill();
                await Task.Delay(Wait, time, CancellationToken.None);
            }
            catch (SocketException)
            {
                // The client was gone before it was taken in.
                accepted?.Dispose();
            }
        }
    }

    public void Dispose()
    {
        isStopping = true;
        socket.Dispose();
    }
}
