using Sluice.Api;
using Sluice.Configuration;

namespace Sluice.Hosting;

/// <summary>A running server: the cache, the edge and the API, which are two hosts so that no request on one listener can ever reach the other.</summary>
internal sealed class Server : IAsyncDisposable
{
    /// <summary>How long requests in flight may go on after the server was asked to stop.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly ServerState _state;
    private readonly TimeProvider _time;
    private readonly List<WebApplication> _hosts = [];

    private Server(TimeProvider time)
    {
        _time = time;
        _state = new ServerState(time);
    }

    /// <summary>Where the edge listens.</summary>
    public ListenAddress Edge { get; private set; }

    /// <summary>Where the API listens.</summary>
    public ListenAddress Api { get; private set; }

    /// <summary>Opens the cache and both listeners.</summary>
    /// <exception cref="ListenException">A port cannot be had.</exception>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public static async Task<Server> StartAsync(SluiceOptions options, ILoggerFactory logging, TimeProvider time, CancellationToken cancellation)
    {
        var server = new Server(time);
        try
        {
            // Building a host is mostly loading code: the two do it side by side.
            var api = Task.Run(() => server.StartApiAsync(options, logging, cancellation), cancellation);
            var edge = EdgeHost.Build(options, logging, time);
            lock (server._hosts)
                server._hosts.Insert(0, edge);
            await api;
            server.Edge = await HostBuilding.StartAsync(edge, options.Edge.Listen, "--edge", cancellation);
            server._state.Phase = ServerPhase.Ready;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops: the edge takes no new requests and finishes those in flight, while the API still tells how it goes; then the API; then the index is saved.</summary>
    public async ValueTask DisposeAsync()
    {
        _state.Phase = ServerPhase.Draining;
        using var grace = new CancellationTokenSource(Grace, _time);
        foreach (var host in _hosts)
        {
            await host.StopAsync(grace.Token);
            await host.DisposeAsync();
        }
    }

    private async Task StartApiAsync(SluiceOptions options, ILoggerFactory logging, CancellationToken cancellation)
    {
        var api = ApiHost.Build(options, _state, logging, _time);
        lock (_hosts)
            _hosts.Add(api);
        Api = await HostBuilding.StartAsync(api, options.Api.Listen, "--api", cancellation);
    }
}
