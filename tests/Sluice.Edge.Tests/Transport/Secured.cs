using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Edge.Tests.Transport;

/// <summary>Both ends of TLS with a certificate made for this run.</summary>
internal static class Secured
{
    private static readonly Lazy<X509Certificate2> Made = new(Make);

    public static SslServerAuthenticationOptions Server { get; } = new() { ServerCertificateContext = SslStreamCertificateContext.Create(Made.Value, null), ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] };

    /// <summary>A connection to a server of either kind.</summary>
    public static Stream Connect(Uri server, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes) socket.ReceiveBufferSize = bytes;
        socket.Connect(server.Host, server.Port);
        return Over(socket, server);
    }

    /// <summary>What is spoken over a connected socket.</summary>
    public static Stream Over(Socket socket, Uri server)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (server.Scheme != "https") return plain;
        var stream = new SslStream(plain, leaveInnerStreamOpen: false);
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, presented, _, _) => Made.Value.Equals(presented) });
        return stream;
    }

    /// <summary>Trusts that certificate too.</summary>
    public static HttpClient Client(Uri server) => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = 1, SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => Made.Value.Equals(presented) },
    }) { BaseAddress = server };

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
