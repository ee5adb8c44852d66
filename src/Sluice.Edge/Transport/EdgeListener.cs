using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Sluice.Edge.Transport;

/// <summary>Takes connections in on one address, and ends those nobody uses.</summary>
internal sealed class EdgeListener : IConnectionListener
{
    /// <summary>As long as Kestrel waits for the next request, and for the rest of a head; as long as nginx waits for a client to take something.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(130), Partial = TimeSpan.FromSeconds(30), Send = TimeSpan.FromSeconds(60);

    /// <summary>How often it is looked who uses his connection.</summary>
    public static readonly TimeSpan TickLength = TimeSpan.FromSeconds(1);

    /// <summary>How long an unused connection is kept while new ones wait.</summary>
    private static readonly TimeSpan IdleWhenShort = TimeSpan.FromSeconds(5);

    private readonly Acceptor acceptor;
    private readonly MemoryPool<byte> pool;
    private readonly Action<Exception> cutShort;
    private readonly ConcurrentDictionary<ClientConnection, byte> connections = new();
    private readonly ITimer timer;
    private int tick = 1;

    public EdgeListener(Acceptor acceptor, MemoryPool<byte> pool, PlainHits hits, Action<Exception> cutShort, TimeProvider time)
    {
        (this.acceptor, this.pool, Hits, this.cutShort) = (acceptor, pool, hits, cutShort);
        timer = time.CreateTimer(static state => ((EdgeListener)state!).Sweep(), this, TickLength, TickLength);
    }

    public EndPoint EndPoint => acceptor.EndPoint;

    public PlainHits Hits { get; }

    /// <summary>Hears of every hit; null for nobody.</summary>
    public IHitLog? HitLog { get; init; }

    /// <summary>False where TLS lies between the sockets and HTTP. Default true.</summary>
    public bool IsClearText { get; init; } = true;

    /// <summary>Seconds since a second before the start, as coarse as a timer: what a connection notes of its last use.</summary>
    public int Tick => Volatile.Read(ref tick);

    public static int MaximumIdle => (int)(Idle / TickLength);

    public bool IsStopping => acceptor.IsStopping;

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => acceptor.AcceptAsync(Connect, () => connections.Count, cancellationToken);

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        acceptor.Dispose();
        foreach (var (connection, _) in connections) connection.StopReading();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await timer.DisposeAsync();
    }

    public void Forget(ClientConnection connection) => connections.TryRemove(connection, out _);

    public void NoteCutShort(Exception reason) => cutShort(reason);

    private ClientConnection Connect(Socket accepted)
    {
        ClientConnection connection = IsClearText ? new EdgeConnection(accepted, this, pool) : new TlsSocket(accepted, this, pool);
        connections.TryAdd(connection, 0);
        connection.Start();
        return connection;
    }

    private void Sweep()
    {
        var now = Interlocked.Increment(ref tick);
        var idle = acceptor.IsShort ? (int)(IdleWhenShort / TickLength) : MaximumIdle;
        foreach (var (connection, _) in connections) connection.CloseIfIdle(now, idle, (int)(Partial / TickLength), (int)(Send / TickLength));
    }
}
