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

    /// <summary>Until the next try while the process may open no more files: the kernel says so at once, however often it is asked, and nothing is lost that waits in its queue.</summary>
    private static readonly TimeSpan NoRoom = TimeSpan.FromMilliseconds(100);

    /// <summary>Ticks after which the same is told again.</summary>
    private const int TellAgain = 60;

    private readonly Socket socket;
    private readonly MemoryPool<byte> pool;
    private readonly (Action<Exception> CutShort, Action<Exception> NoRoom) tell;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<EdgeConnection, byte> connections = new();
    private readonly ITimer timer;
    private int tick = 1;
    private int toldAt = -TellAgain;
    private volatile bool isStopping;

    public EdgeListener(Socket bound, MemoryPool<byte> pool, PlainHits hits, IHitLog? log, (Action<Exception> CutShort, Action<Exception> NoRoom) tell, TimeProvider time)
    {
        (socket, this.pool, Hits, HitLog, this.tell, this.time) = (bound, pool, hits, log, tell, time);
        timer = time.CreateTimer(static state => ((EdgeListener)state!).Sweep(), this, TickLength, TickLength);
    }

    public EndPoint EndPoint => socket.LocalEndPoint!;

    public PlainHits Hits { get; }

    /// <summary>Hears of every hit; null for nobody.</summary>
    public IHitLog? HitLog { get; }

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
                accepted = await socket.AcceptAsync(cancellationToken);
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
                accepted?.Dispose();
                if (Tick - toldAt >= TellAgain)
                {
                    toldAt = Tick;
                    tell.NoRoom(e);
                }

                await Task.Delay(NoRoom, time, CancellationToken.None);
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

    public void NoteCutShort(Exception reason) => tell.CutShort(reason);

    private void Sweep()
    {
        var now = Interlocked.Increment(ref tick);
        foreach (var (connection, _) in connections) connection.CloseIfIdle(now, MaximumIdle, (int)(Partial / TickLength), (int)(Send / TickLength));
    }
}
