using Sluice.Logging;

namespace Sluice.Hosting;

/// <summary>What the two listeners of a server share.</summary>
internal sealed class ServerState(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private volatile Engine? _engine;
    private volatile CatalogHost? _catalog;
    private volatile Reloader? _reloader;
    private volatile bool _draining;

    /// <summary>The engine; null until it is open.</summary>
    public Engine? Engine { get => _engine; set => _engine = value; }

    /// <summary>The catalog; null where there is none, or while it is being set up.</summary>
    public CatalogHost? Catalog { get => _catalog; set => _catalog = value; }

    /// <summary>Reads the configuration again; null until the server is up.</summary>
    public Reloader? Reloader { get => _reloader; set => _reloader = value; }

    /// <summary>The log of requests; null where none was asked for.</summary>
    public AccessLog? AccessLog { get; set; }

    /// <summary>The port of the edge; 0 until it listens.</summary>
    public int EdgePort { get; set; }

    /// <summary>Where the server is in its life.</summary>
    public ServerPhase Phase => _draining ? ServerPhase.Draining : _ready ? ServerPhase.Ready : ServerPhase.Starting;

    /// <summary>Time since the server began to start.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(_started);

    private volatile bool _ready;

    /// <summary>Both listeners are open.</summary>
    public void MarkReady() => _ready = true;

    /// <summary>The server was asked to stop.</summary>
    public void MarkDraining() => _draining = true;
}
