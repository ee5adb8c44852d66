using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Sluice.Configuration;
using Sluice.Edge.Transport;

namespace Sluice.Hosting;

/// <summary>The part common to the two listeners: a bare web host. No configuration files, no environment, no signal handling: the program does those itself.</summary>
internal static class HostBuilding
{
    /// <summary>Begins a host; <paramref name="listen"/> says where it listens, the first address being the one to tell people, and what it bears.</summary>
    public static WebApplicationBuilder Create(ILoggerFactory logging, TimeProvider time, Action<KestrelServerOptions> listen)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            listen(kestrel);
        });
        if (EdgeTransport.IsSupported)
            builder.Services.AddSingleton<IConnectionListenerFactory>(services => new ServerTransport(services.GetRequiredService<IOptions<SocketTransportOptions>>(), logging, time));
        return builder;
    }

    /// <summary>Starts a host and tells the port it got.</summary>
    /// <param name="app">The host.</param>
    /// <param name="listen">Its first address.</param>
    /// <param name="flag">Which flag gives that.</param>
    /// <param name="second">Another address, with its flag, that it opens after the first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ListenException">It cannot listen there.</exception>
    public static async Task<ListenAddress> StartAsync(WebApplication app, ListenAddress listen, string flag, (ListenAddress Listen, string Flag)? second, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (second is { } other && !ListenException.CanListen(other.Listen) && ListenException.Explain(e, other.Listen, other.Flag) is { } explained)
        {
            throw explained;
        }
        catch (Exception e) when (ListenException.Explain(e, listen, flag) is { } explained)
        {
            throw explained;
        }
        return listen with { Port = new Uri(app.Urls.First()).Port };
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
