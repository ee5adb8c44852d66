using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Sluice.Configuration;
using Sluice.Edge.Transport;

namespace Sluice.Hosting;

/// <summary>Where and how the edge listens: HTTP/1.1 and HTTP/2 in clear text (by prior knowledge), with TLS (by ALPN), or both.</summary>
internal static class EdgeListening
{
    /// <summary>What old clients offer (<c>curl --http1.0</c>): of one who offers nothing that is known the handshake fails.</summary>
    private static readonly SslApplicationProtocol Http10 = new("http/1.0");

    /// <summary>Adds what listening needs.</summary>
    public static void AddTo(WebApplicationBuilder builder, EdgeSection edge, ILoggerFactory logging, TimeProvider time)
    {
        if (edge.Tls is { Certificate: { } file, Key: { } key })
        {
            builder.Services.AddSingleton(_ => new EdgeCertificate(file, key, logging.CreateLogger<EdgeCertificate>(), time));
            builder.Services.AddSingleton(services => new CertificateMeter(() => services.GetRequiredService<EdgeCertificate>().Remaining));
        }

        builder.Services.AddSingleton(_ => new SendLimit(time) { Patience = edge.SendPatience });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<PriorKnowledge>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => services.GetRequiredService<PriorKnowledge>());
    }

    /// <summary>True for the endpoint that speaks HTTP without TLS.</summary>
    public static bool IsClearText(EdgeSection edge, IPEndPoint address) =>
        edge.Tls is not { Certificate: not null, Key: not null } || (edge.Tls.Listen is not null && address.Equals(new IPEndPoint(edge.Listen.Address, edge.Listen.Port)));

    /// <summary>Opens the listeners that the settings ask for.</summary>
    /// <exception cref="SetupException">The certificate cannot be used.</exception>
    public static void Listen(KestrelServerOptions kestrel, EdgeSection edge)
    {
        var main = new IPEndPoint(edge.Listen.Address, edge.Listen.Port);
        var limit = kestrel.ApplicationServices.GetRequiredService<SendLimit>();
        // The transport that answers hits itself has its own.
        var clearLimit = edge.FastHits && EdgeTransport.IsSupported ? null : limit;
        // What a client of HTTP/2 takes is told by its windows, which the kernel does not know. Each frame that goes out has the whole grace before it, so this ends who takes
        // nothing; a rate that can be felt would add to it by what a large window took before. Long enough for who reads slowly what its kernel has (Taking): the kernel's own limit is beside it.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1e9, edge.SendPatience * 5);
        if (edge.Tls is not { Certificate: not null, Key: not null })
        {
            PriorKnowledge.Listen(kestrel, main, clearLimit);
            return;
        }

        if (edge.Tls.Listen is not null) PriorKnowledge.Listen(kestrel, main, clearLimit);
        var certificate = kestrel.ApplicationServices.GetRequiredService<EdgeCertificate>();
        kestrel.ApplicationServices.GetRequiredService<CertificateMeter>();
        kestrel.Listen(edge.Tls.Listen is { } own ? new IPEndPoint(own.Address, own.Port) : main, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            limit.Watch(listen);
            ClearTextRefusal.Use(listen, kestrel.ApplicationServices.GetRequiredService<TimeProvider>());
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => new(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate.Current,
                    ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11, Http10],
                }),
            });
            TlsEndpoint.Use(listen, kestrel.ApplicationServices.GetService<EdgeTransport>());
        });
    }
}
