using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Sluice.Configuration;
using Sluice.Edge.Transport;
using Sluice.Logging;

namespace Sluice.Hosting;

/// <summary>The public listener.</summary>
internal static class EdgeHost
{
    /// <summary>Builds it; it listens once started.</summary>
    public static WebApplication Build(SluiceOptions options, Engine engine, AccessLog? accessLog, ILoggerFactory logging, TimeProvider time)
    {
        var builder = HostBuilding.Create(logging, time, kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = static name => ConnectionFieldEncoding.For(name) ?? LengthFieldEncoding.For(name) ?? Encoding.Latin1;
            EdgeListening.Listen(kestrel, options.Edge);
            // HAProxy says https over HTTP/2 in clear text too, whatever its own client spoke: no reason to refuse it (RFC 9113 section 8.3.1), nor to believe it (EdgePipeline).
            kestrel.AllowAlternateSchemes = true;
            // Uploads pass through to HTTP origins, which set their own bound.
            kestrel.Limits.MaxRequestBodySize = null;
            // As long as nginx waits for a body. The server's own five seconds are too few for one that is still being made, such as by ffmpeg into curl -T -.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromMinutes(1));
            kestrel.Limits.MaxResponseBufferSize = 64 << 10;
            // As much as origins may answer with.
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 << 10;
            // Over HTTP/2 the server answers what is longer than these not at all, but with a reset, or the end of the connection for the other streams too. The edge tells a target that is too long.
            kestrel.Limits.MaxRequestLineSize = 64 << 10;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 64 << 10;
            // Field values are bytes to a cache; Latin-1 keeps each of them (RFC 9110 section 5.5).
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        EdgeListening.AddTo(builder, options.Edge, logging, time);
        if (options.Edge.FastHits && EdgeTransport.IsSupported)
        {
            builder.Services.AddSingleton(services => new EdgeTransport(
                engine.Edge, address => EdgeListening.IsClearText(options.Edge, address), services.GetRequiredService<IMemoryPoolFactory<byte>>(), logging.CreateLogger<EdgeTransport>(), time)
            {
                HitLog = accessLog,
            });
            builder.Services.AddSingleton<IConnectionListenerFactory>(services => services.GetRequiredService<EdgeTransport>());
        }
        else
            builder.Services.Configure<SocketTransportOptions>(sockets =>
            {
                // Together with inline completions (see Program) a hit is answered on the thread that read the request.
                sockets.UnsafePreferInlineScheduling = true;
                sockets.MaxWriteBufferSize = 64 << 10;
            });
        var app = builder.Build();
        app.Run(new EdgePipeline(engine.Edge, accessLog, logging.CreateLogger<EdgePipeline>()).InvokeAsync);
        return app;
    }
}
