using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Sluice.Edge.Transport;

/// <summary>What lies between TLS and HTTP: hits of HTTP/1.1 are answered there, and what the server writes goes out in records as large as there can be.</summary>
public static class TlsEndpoint
{
    /// <summary>Puts it on an endpoint. To be called after it was told to speak TLS.</summary>
    /// <param name="endpoint">Speaks TLS.</param>
    /// <param name="transport">Whose hits are answered; null to leave all to the server.</param>
    public static void Use(ListenOptions endpoint, EdgeTransport? transport) => endpoint.Use(next => connection => ServeAsync(connection, next, transport));

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, EdgeTransport? transport)
    {
        if (connection.Features.Get<ISslStreamFeature>() is not { SslStream: { } stream })
        {
            await next(connection);
            return;
        }

        var server = connection.Transport;
        var socket = connection as TlsSocket;
        try
        {
            if (socket is not null && transport is not null && stream.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                await new TlsConnection(socket, stream, transport.Hits).ServeAsync(next);
                return;
            }

            socket?.QueueOutput();
            connection.Transport = new DuplexPipe(server.Input, new RecordOutput(stream));
            await next(connection);
        }
        finally
        {
            connection.Transport = server;
        }
    }
}
