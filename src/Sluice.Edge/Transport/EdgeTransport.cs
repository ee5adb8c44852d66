using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Sluice.Edge.Transport;

/// <summary>
/// A transport for Kestrel that answers plain HTTP/1.1 hits itself, straight from the tiers to the socket, and leaves every other request on the same connections to Kestrel.
/// Linux only. Registered as the <see cref="IConnectionListenerFactory"/> it takes the place of the socket transport.
/// </summary>
public sealed partial class EdgeTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly IMemoryPoolFactory<byte> pools;
    private readonly ILogger<EdgeTransport> logger;
    private readonly TimeProvider time;
    private readonly Predicate<IPEndPoint> isClearText;

    /// <summary>A transport in front of an edge.</summary>
    /// <param name="edge">Whose hits it answers.</param>
    /// <param name="isClearText">Tells the endpoints where HTTP is spoken without TLS. On the others hits are answered by <see cref="TlsEndpoint"/>.</param>
    /// <param name="pools">Memory for what the server reads.</param>
    /// <param name="logger">Hears of answers that were cut short.</param>
    /// <param name="time">The clock.</param>
    public EdgeTransport(SluiceEdge edge, Predicate<IPEndPoint> isClearText, IMemoryPoolFactory<byte> pools, ILogger<EdgeTransport> logger, TimeProvider time) =>
        (Hits, this.isClearText, this.pools, this.logger, this.time) = (edge.PlainHits, isClearText, pools, logger, time);

    /// <summary>Decides what is a hit.</summary>
    internal PlainHits Hits { get; }

    /// <summary>Hears of every hit; null, the default, for nobody.</summary>
    public IHitLog? HitLog { get; init; }

    /// <summary>True where it works: 64-bit Linux.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(new EdgeListener(new Acceptor(endpoint, new FileRoom(logger, time), time), pools.Create(), Hits, e => LogCutShort(e.Message), time)
        {
            HitLog = HitLog, IsClearText = endpoint is not IPEndPoint address || isClearText(address),
        });

    [LoggerMessage(1003, LogLevel.Warning, "A hit was cut short: {Reason}")]
    private partial void LogCutShort(string reason);
}
