using System.Net;
using System.Net.Sockets;

namespace Sluice.Core.Origins;

/// <summary>
/// Connects to a host that may have several addresses. One that neither takes nor refuses the connection (a machine that is off, IPv6 that leads nowhere) has a moment for
/// itself, then the next is tried beside it (RFC 8305 section 5). .NET alone waits for the first until the time to connect is over, and never asks the second.
/// </summary>
public static class OriginDialer
{
    /// <summary>The delay that RFC 8305 recommends.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>For <see cref="System.Net.Http.SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> With(TimeProvider time) => async (context, cancellation) =>
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        return new NetworkStream(await ConnectAsync(addresses, context.DnsEndPoint.Port, time, cancellation), ownsSocket: true);
    };

    /// <summary>The first connection that comes about; what else was tried is closed.</summary>
    /// <exception cref="SocketException">No address took it: what the first said.</exception>
    internal static async Task<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancellation)
    {
        if (addresses.Count == 0) throw new SocketException((int)SocketError.HostNotFound);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pending = new List<Task<Socket>>(addresses.Count);
        Exception? refusal = null;
        try
        {
            for (var next = 0; next < addresses.Count || pending.Count > 0;)
            {
                if (next < addresses.Count) pending.Add(ConnectAsync(addresses[next++], port, enough.Token));
                var any = Task.WhenAny(pending);
                if (next < addresses.Count) await Task.WhenAny(any, Task.Delay(HeadStart, time, enough.Token));
                else await any;
                foreach (var ended in pending.Where(attempt => attempt.IsCompleted).ToList())
                {
                    pending.Remove(ended);
                    if (ended.IsCompletedSuccessfully) return ended.Result;
                    cancellation.ThrowIfCancellationRequested();
                    refusal ??= ended.Exception!.InnerException;
                }
            }

            throw refusal!;
        }
        finally
        {
            await enough.CancelAsync();
            foreach (var attempt in pending) _ = CloseAsync(attempt);
        }
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Its turn came too late, whatever becomes of it.</summary>
    private static async Task CloseAsync(Task<Socket> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully) attempt.Result.Dispose();
    }
}
