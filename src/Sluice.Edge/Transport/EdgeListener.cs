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
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(130), Partial = TimeSpan.FromSeconds(30), Send = TimeSpan.FromSeconds(60), TickLength = TimeSpan.FromSeconds(1);

    /// <summary>How long an unused connection is kept while new ones wait, and how often those look whether they still must.</summary>
    private static readonly TimeSpan IdleWhenShort = TimeSpan.FromSeconds(5), Wait = TimeSpan.FromMilliseconds(100);

    /// <summary>As many are taken in whatever else this process has open.</summary>
    private const int Least = 16;

    private readonly Socket socket;
    private readonly MemoryPool<byte> pool;
    private readonly Action<Exception> cutShort;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<EdgeConnection, byte> connections = new();
    private readonly ITimer timer;
    private int tick = 1;
    private volatile bool isStopping;

    public EdgeListener(Socket bound, MemoryPool<byte> pool, PlainHits hits, Action<Exception> cutShort, TimeProvider time)
    {
        (socket, this.pool, Hits, this.cutShort, this.time) = (bound, pool, hits, cutShort, time);
        timer = time.CreateTimer(static state => ((EdgeListener)state!).Sweep(), this, TickLength, TickLength);
    }

    public EndPoint EndPoint => socket.LocalEndPoint!;

    public PlainHits Hits { get; }

    /// <summary>Hears of every hit; null for nobody.</summary>
    public IHitLog? HitLog { get; init; }

    /// <summary>Whether there is room for more connections.</summary>
    public required FileRoom Room { get; init; }

    /// <summary>Seconds since a second before the start, as coarse as a timer: what a connection notes of its last use.</summary>
    public int Tick => Volatile.Read(ref tick);

    public static int MaximumIdle => (int)(Idle / TickLength);

    public bool IsStopping => isStopping;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                // The kernel keeps them waiting meanwhile.
                while (Room.IsShort && connections.Count >= Least && !isStopping)
                {
                    await Task.Delay(Wait, time, CancellationToken.None);
                    Room.Look();
                }

                accepted = await socket.AcceptAsync(cancellationToken);
                Room.Note(accepted.Handle);
                // Only TCP has it.
                if (accepted.LocalEndPoint is IPEndPoint) accepted.NoDelay = true;
                var connection = new EdgeConnection(accepted, this, pool);
                connections.TryAdd(connection, 0);
                connection.Start();
                return connection;
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException || e is SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                Room.Fill();
                await Task.Delay(Wait, time, CancellationToken.None);
            }
            catch (SocketException)
            {
                // The client was gone before it was taken in.
                accepted?.Dispose();
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        isStopping = true;
        socket.Dispose();
        foreach (var (connection, _) in connections) connection.StopReading();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await timer.DisposeAsync();
    }

    public void Forget(EdgeConnection connection) => connections.TryRemove(connection, out _);

    public void NoteCutShort(Exception reason) => cutShort(reason);

    private void Sweep()
    {
        var now = Interlocked.Increment(ref tick);
        var idle = Room.IsShort ? (int)(IdleWhenShort / TickLength) : MaximumIdle;
        foreach (var (connection, _) in connections) connection.CloseIfIdle(now, idle, (int)(Partial / TickLength), (int)(Send / TickLength));
    }
}
