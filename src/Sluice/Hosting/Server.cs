using Sluice.Api;
using Sluice.Configuration;
using Sluice.Diagnosis;
using Sluice.Logging;

namespace Sluice.Hosting;

/// <summary>A running server: the engine, the edge and the API. The listeners are two hosts, so that no request on one can ever reach the other.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    /// <summary>How long requests in flight may go on after the server was asked to stop.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly ServerState _state;
    private readonly ILoggerFactory _logging;
    private readonly TimeProvider _time;
    private WebApplication? _edge;
    private WebApplication? _api;

    private Server(ILoggerFactory logging, TimeProvider time)
    {
        (_logging, _time) = (logging, time);
        _state = new ServerState(time);
    }

    /// <summary>Where the edge listens.</summary>
    public ListenAddress Edge { get; private set; }

    /// <summary>Where the API listens.</summary>
    public ListenAddress Api { get; private set; }

    /// <summary>Opens the cache and both listeners.</summary>
    /// <param name="options">What was configured.</param>
    /// <param name="load">Reads it again, for <see cref="Reload"/>.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">A port, the cache directory, the access log or an origin cannot be had; the message says what to do.</exception>
    public static async Task<Server> StartAsync(SluiceOptions options, Func<(SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors)> load, ILoggerFactory logging, TimeProvider time, CancellationToken cancellation)
    {
        var server = new Server(logging, time);
        // Bodies are outside the garbage-collected heap: nothing keeps to a container's limit by itself, and the kernel ends the process without a word.
        if (LimitCheck.Memory(options.Cache) is { Level: FindingLevel.Warning } little)
            LogLittleMemory(logging.CreateLogger("Sluice"), little.Text);
        // Starting is mostly loading code: the two listeners do it side by side.
        var api = Task.Run(() => server.StartApiAsync(options, cancellation), CancellationToken.None);
        try
        {
            await server.StartEdgeAsync(options, cancellation);
            await api;
            server.StartCatalog(options);
            server._state.Reloader = new Reloader(options, server._state.Engine!, load, logging.CreateLogger<Reloader>());
            server._state.MarkReady();
            server._api!.Services.GetRequiredService<Sluice.Monitoring.Monitor>().Start();
            return server;
        }
        catch
        {
            await Task.WhenAny(api);
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the configuration again and serves by its routes.</summary>
    public Reload Reload() => _state.Reloader!.Run();

    /// <summary>Stops: the edge takes no new requests and finishes those in flight, while the API still tells how it goes; then the API; then the index is saved.</summary>
    public async ValueTask DisposeAsync()
    {
        _state.MarkDraining();
        using var grace = new CancellationTokenSource(Grace, _time);
        // Its requests are finished below like all others; only then does it go.
        var resting = _state.Catalog?.StopWorkAsync() ?? Task.CompletedTask;
        foreach (var host in (WebApplication?[])[_edge, _api])
        {
            if (host is null)
                continue;
            await host.StopAsync(grace.Token);
            await host.DisposeAsync();
        }
        if (grace.IsCancellationRequested)
            LogGraceOver(_logging.CreateLogger("Sluice"), Grace.TotalSeconds);
        await resting;
        if (_state.Catalog is { } catalog)
            await catalog.DisposeAsync();
        if (_state.Engine is { } engine)
            await engine.DisposeAsync();
        if (_state.AccessLog is { } accessLog)
            await accessLog.DisposeAsync();
    }

    private void StartCatalog(SluiceOptions options)
    {
        if (_state.Engine is { HasCatalog: true } engine)
            _state.Catalog = CatalogHost.Start(options, engine.Cache, engine.Redis?.Stores, CatalogHost.PublicUrl(options.Edge, Edge), _logging, _time);
    }

    private async Task StartApiAsync(SluiceOptions options, CancellationToken cancellation)
    {
        _api = ApiHost.Build(options, _state, _logging, _time);
        Api = await HostBuilding.StartAsync(_api, options.Api.Listen, "--api", null, cancellation);
    }

    private async Task StartEdgeAsync(SluiceOptions options, CancellationToken cancellation)
    {
        _state.AccessLog = AccessLog.Open(options.Logging, _time);
        _state.Engine = Engine.Open(options, _logging, _time);
        // Before the first viewer, so that the first miss can be another node's hit; without Redis it goes on alone.
        if (_state.Engine.Redis is { } redis)
            await redis.StartAsync(cancellation);
        _edge = EdgeHost.Build(options, _state.Engine, _state.AccessLog, _logging, _time);
        Edge = await HostBuilding.StartAsync(_edge, options.Edge.Listen, "--edge", options.Edge.Tls.Listen is { } tls ? (tls, "--tls-listen") : null, cancellation);
        _state.EdgePort = Edge.Port;
    }

    [LoggerMessage(3013, LogLevel.Warning, "Little memory: {Finding}, and the system ends a process that takes more than there is: lower --memory (cache.memory), or give it more")]
    private static partial void LogLittleMemory(ILogger logger, string finding);

    [LoggerMessage(3012, LogLevel.Warning, "Requests were still in flight {Seconds} s after the stop began; they were cut off")]
    private static partial void LogGraceOver(ILogger logger, double seconds);
}
