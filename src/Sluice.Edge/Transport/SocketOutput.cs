using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sluice.Edge.Transport;

/// <summary>What the server writes to a socket: a flush is done when that has taken everything, so nothing of an answer is under way once it is over.</summary>
internal sealed class SocketOutput(Socket socket, PolledSocket polled, Action noteWait) : GatheredOutput(4096)
{
    private long sent;
    private bool isWaiting;

    /// <summary>True while the client takes no more: the kernel has as much as it holds for one connection.</summary>
    public bool IsWaiting => Volatile.Read(ref isWaiting);

    /// <summary>Bytes that the socket took so far.</summary>
    public long Sent => Volatile.Read(ref sent);

    protected override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0 && !IsBroken)
            {
                var sending = socket.SendAsync(bytes, SocketFlags.None);
                var count = sending.IsCompletedSuccessfully ? sending.Result : await WaitAsync(sending);
                bytes = bytes[count..];
                Volatile.Write(ref sent, sent + count);
                if (sent > SendQueue.NearBytes) polled.LimitQueue();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone.
            IsBroken = true;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> sending)
    {
        noteWait();
        Volatile.Write(ref isWaiting, true);
        try
        {
            return await sending;
        }
        finally
        {
            Volatile.Write(ref isWaiting, false);
        }
    }
}
