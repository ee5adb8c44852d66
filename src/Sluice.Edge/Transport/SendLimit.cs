using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sluice.Edge.Transport;

/// <summary>
/// Ends connections whose client has taken nothing of what it was sent for 60 seconds, as nginx does, on endpoints that <see cref="EdgeTransport"/> does not serve: with
/// TLS. Whoever takes a little now and then (see <see cref="Taking"/>) is left alone, which a rate in bytes a second cannot say. 64-bit Linux only; elsewhere it does nothing.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class SendLimit(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<Watched, byte> connections = new();
    private readonly Lock gate = new();
    private ITimer? timer;

    /// <summary>How long a client may take nothing. Default 60 seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Watches the connections of an endpoint. To be called before anything else is put around them, such as TLS.</summary>
    public void Watch(ListenOptions endpoint)
    {
        if (EdgeTransport.IsSupported) endpoint.Use(next => connection => WatchAsync(connection, next));
    }

    /// <inheritdoc/>
    public void Dispose() => timer?.Dispose();

    private async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is not { Socket: { } socket })
        {
            await next(connection);
            return;
        }

        var watched = new Watched(connection, socket, time.GetTimestamp());
        connections.TryAdd(watched, 0);
        lock (gate) timer ??= time.CreateTimer(static state => ((SendLimit)state!).Sweep(), this, Patience / 12, Patience / 12);
        try
        {
            await next(connection);
        }
        finally
        {
            connections.TryRemove(watched, out _);
        }
    }

    private void Sweep()
    {
        var now = time.GetTimestamp();
        foreach (var (watched, _) in connections)
            if (watched.TakesNothingSince(now, Patience / 12) is { } since && time.GetElapsedTime(since, now) > Patience) watched.End();
    }

    private sealed class Watched(ConnectionContext connection, Socket socket, long began)
    {
        private Taking taking;
        private long last = began;

        /// <summary>When the client took something last, if something waits for it to be taken.</summary>
        public long? TakesNothingSince(long now, TimeSpan every)
        {
            try
            {
                if (taking.GoesOn(socket, every)) last = now;
                return last;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is over already.
                return null;
            }
        }

        public void End()
        {
            try
            {
                // What nobody takes is not to lie in the kernel for minutes more.
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            connection.Abort(new ConnectionAbortedException("The client took nothing of what it was sent for too long."));
        }
    }
}
