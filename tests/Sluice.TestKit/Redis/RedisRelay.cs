using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sluice.TestKit.Redis;

/// <summary>Stands between nodes and a Redis: passes bytes on, late if told so, or swallows them without a word.</summary>
public sealed class RedisRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> relays = [];
    private volatile RedisServer server;
    private readonly Task accepting;
    private volatile bool isCut;
    private long delayTicks;

    public RedisRelay(RedisServer server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>How much later each answer comes.</summary>
    public TimeSpan Delay
    {
        get => new(Volatile.Read(ref delayTicks));
        set => Volatile.Write(ref delayTicks, value.Ticks);
    }

    /// <summary>Nothing gets through from now on, and neither side is told; what is on its way is lost.</summary>
    public void Cut() => isCut = true;

    /// <summary>New connections get through; those of before the cut stay dead, as bytes of theirs are missing.</summary>
    public void Mend() => isCut = false;

    /// <summary>New connections lead to another server, as when a name is given to it; those there are stay.</summary>
    public void LeadTo(RedisServer other) => server = other;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(relays);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) relays.Add(RelayAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        using (near)
        {
            try
            {
                await far.ConnectAsync(server.Host, server.Port, stop.Token);
                var dead = new StrongBox();
                await Task.WhenAny(CopyAsync(near.GetStream(), far.GetStream(), dead, delayed: false), CopyAsync(far.GetStream(), near.GetStream(), dead, delayed: true));
            }
            catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // One side went: the other is closed too.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, StrongBox dead, bool delayed)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
        {
            if (delayed && Delay > TimeSpan.Zero) await Task.Delay(Delay, TimeProvider.System, stop.Token);
            if (isCut) dead.Value = true;
            if (!dead.Value) await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
