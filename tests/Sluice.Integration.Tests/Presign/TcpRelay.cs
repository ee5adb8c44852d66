using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Integration.Tests.Presign;

/// <summary>Passes bytes on to a server unchanged, from an address of another kind, with TLS if wanted: the server sees the Host field that the client sent.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private static readonly X509Certificate2 Certificate = SelfSigned();
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Uri server;
    private readonly bool tls;
    private readonly Task accepting;

    public TcpRelay(IPAddress address, Uri server, bool tls)
    {
        (this.server, this.tls) = (server, tls);
        listener = new(address, 0);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>What to know its certificate by.</summary>
    public static string CertificateHash => Certificate.GetCertHashString();

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                relays.Add(RelayAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }
        await Task.WhenAll(relays);
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(server.Host, server.Port, stop.Token);
            Stream stream = near.GetStream();
            if (tls)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, stop.Token);
                stream = secure;
            }
            await Task.WhenAny(stream.CopyToAsync(far.GetStream(), stop.Token), far.GetStream().CopyToAsync(stream, stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
        {
            // One side went: the other is closed too.
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=relay", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
