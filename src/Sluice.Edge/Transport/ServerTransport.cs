using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sluice.Edge.Transport;

/// <summary>
/// The socket transport of Kestrel, but for how connections are taken in: no more than leaves files to work with. Its own loop asks the kernel again at once where no more files may be opened,
/// and the thread that sockets are served by does nothing else then.
/// </summary>
/// <param name="options">How connections are served.</param>
/// <param name="logging">Hears of a want of files.</param>
/// <param name="time">The clock.</param>
public sealed class ServerTransport(IOptions<SocketTransportOptions> options, ILoggerFactory logging, TimeProvider time) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var logger = logging.CreateLogger<ServerTransport>();
        var acceptor = new Acceptor(endpoint, new FileRoom(logger, time), time);
        var sockets = options.Value;
        return new(new Listener(acceptor, new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions
            {
                IOQueueCount = sockets.IOQueueCount,
                MaxReadBufferSize = sockets.MaxReadBufferSize,
                MaxWriteBufferSize = sockets.MaxWriteBufferSize,
                UnsafePreferInlineScheduling = sockets.UnsafePreferInlineScheduling,
                WaitForDataBeforeAllocatingBuffer = sockets.WaitForDataBeforeAllocatingBuffer,
            },
            logger)));
    }

    private sealed class Listener(Acceptor acceptor, SocketConnectionContextFactory connections) : IConnectionListener
    {
        private int held;

        public EndPoint EndPoint { get; } = acceptor.EndPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => acceptor.AcceptAsync(Connect, () => Volatile.Read(ref held), cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            acceptor.Dispose();
            return default;
        }

        public ValueTask DisposeAsync()
        {
            acceptor.Dispose();
            connections.Dispose();
            return default;
        }

        private ConnectionContext Connect(Socket accepted)
        {
            var connection = connections.Create(accepted);
            Interlocked.Increment(ref held);
            connection.ConnectionClosed.UnsafeRegister(static listener => Interlocked.Decrement(ref ((Listener)listener!).held), this);
            return connection;
        }
    }
}
