using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sluice.Configuration;

namespace Sluice.Hosting;

/// <summary>The part common to the two listeners: a bare web host on one address. No configuration files, no environment, no signal handling: the program does those itself.</summary>
internal static class HostBuilding
{
    /// <summary>Begins a host that listens on one address.</summary>
    public static WebApplicationBuilder Create(ListenAddress listen, ILoggerFactory logging, TimeProvider time, Action<KestrelServerOptions> limits)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            limits(kestrel);
            kestrel.Listen(listen.Address, listen.Port);
        });
        return builder;
    }

    /// <summary>Starts a host and tells the port it got.</summary>
    /// <exception cref="ListenException">It cannot listen there.</exception>
    public static async Task<ListenAddress> StartAsync(WebApplication app, ListenAddress listen, string flag, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
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
