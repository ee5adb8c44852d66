using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Sluice.Edge.Transport;

/// <summary>What the server writes over TLS, in records as large as there can be (16 KiB; RFC 8446 section 5.1): each costs the same, and the frames of HTTP/2 came in four of them.</summary>
public sealed class TlsOutput : IDuplexPipe
{
    private TlsOutput(IDuplexPipe server, SslStream stream) => (Input, Output) = (server.Input, new RecordWriter(stream));

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>Writes so on an endpoint. To be called after it was told to speak TLS.</summary>
    public static void Use(ListenOptions endpoint) => endpoint.Use(next => connection => ServeAsync(connection, next));

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var server = connection.Transport;
        if (connection.Features.Get<ISslStreamFeature>() is { SslStream: { } stream }) connection.Transport = new TlsOutput(server, stream);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = server;
        }
    }

    private sealed class RecordWriter(SslStream stream) : GatheredOutput(16 << 10)
    {
        protected override ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);
    }
}
