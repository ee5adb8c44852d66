using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sluice.Edge.Transport;

/// <summary>
/// A client's socket and what the kernel says of it. The kernel is asked for bytes, or for room, only after it has said that there is some (edge-triggered: once each time it comes about).
/// One reads and one writes at a time; both go on on the poller's thread.
/// </summary>
internal sealed class PolledSocket : IDisposable
{
    private readonly Socket socket;
    private readonly Poller poller;
    private readonly int slot;
    private readonly Signal arrived = new();
    private readonly Signal drained = new();
    private volatile bool isEnding;
    private bool isQueueLimited;

    public PolledSocket(Socket socket)
    {
        this.socket = socket;
        // What sends from a file relies on it too.
        socket.Blocking = false;
        poller = Poller.Next();
        slot = poller.Add(socket.SafeHandle, this);
    }

    public SafeSocketHandle Handle => socket.SafeHandle;

    /// <summary>Which way bodies go out on the poller's thread.</summary>
    public SendWays Ways => poller.Ways;

    /// <summary>Where what was queued for it goes out, in turn with what was for others.</summary>
    public TurnScheduler Turns => poller.Turns;

    /// <summary>Who is at the other end; null where that has no address.</summary>
    /// <exception cref="ObjectDisposedException">It was closed on this side.</exception>
    public EndPoint? Client => socket.RemoteEndPoint;

    /// <summary>
    /// Called on the poller's thread when bytes have arrived while somebody waits for them, who goes on waiting when it answers <see cref="Served.All"/>: so nobody need
    /// be continued for what is done at once. Called again when there is room after <see cref="Served.Later"/>.
    /// </summary>
    public Func<Served>? Serve { get; set; }

    /// <summary>Completes when there may be bytes, or <see cref="Serve"/> has left something to do.</summary>
    public ValueTask WhenArrivedAsync() => arrived.WhenRaisedAsync();

    /// <summary>To be called before <see cref="Receive"/> by whoever has waited: bytes that come after it are told.</summary>
    public void BeginReceive() => arrived.Lower();

    /// <summary>The next bytes; 0 when the client sends no more; <see cref="SocketCalls.WouldBlock"/> or another negative number when there are none.</summary>
    /// <param name="into">Room for them.</param>
    /// <param name="mayHaveMore">True when there may be more, of which nobody will tell: what there was no room for, and the end of a connection that came with its last bytes.</param>
    /// <exception cref="ObjectDisposedException">It was closed on this side.</exception>
    public int Receive(Span<byte> into, out bool mayHaveMore)
    {
        var count = SocketCalls.Receive(socket.SafeHandle, into);
        mayHaveMore = count > 0 && (count == into.Length || isEnding);
        return count;
    }

    /// <summary>The next bytes; 0 when the client sends no more.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="ObjectDisposedException">It was closed on this side.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> into)
    {
        while (true)
        {
            await arrived.WhenRaisedAsync();
            arrived.Lower();
            var count = Receive(into.Span, out var mayHaveMore);
            if (count == SocketCalls.WouldBlock) continue;
            if (count < 0) throw new SocketException((int)SocketError.ConnectionReset);
            if (mayHaveMore) arrived.Raise();
            return count;
        }
    }

    /// <summary>To be called before bytes are offered: room that comes after they were refused is told.</summary>
    public void BeginSend() => drained.Lower();

    /// <summary>To be called when more goes out than a client who is near needs queued: see <see cref="SendQueue"/>.</summary>
    public void LimitQueue()
    {
        if (isQueueLimited) return;
        isQueueLimited = true;
        SendQueue.Limit(socket);
    }

    /// <summary>Completes when the socket, having refused bytes since <see cref="BeginSend"/>, has room again or is at its end.</summary>
    public ValueTask WhenDrainedAsync() => drained.WhenRaisedAsync();

    /// <summary>Instead of waiting, by <see cref="Serve"/> before it answers <see cref="Served.Later"/>; false when there is room already.</summary>
    public bool TryWatchDrained() => drained.TryWatch();

    /// <summary>Sends all of them, however long the client takes; false when it is gone.</summary>
    public async ValueTask<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>What the kernel says.</summary>
    public void Note(Readiness readiness)
    {
        if (readiness.HasFlag(Readiness.Ending)) isEnding = true;
        var serves = readiness.HasFlag(Readiness.Room) && drained.Raise();
        if (readiness.HasFlag(Readiness.Bytes))
        {
            // While an answer waits for room its place is taken. Who serves is asked once the place is had: until then whoever runs the connection may give it up.
            if (!arrived.TryTake()) arrived.Raise();
            else if (Serve is null) arrived.Continue(isRaised: true);
            else serves = true;
        }

        if (!serves) return;
        var served = Serve!();
        if (served == Served.Later) return;
        if (served == Served.All) arrived.GiveBack();
        else arrived.Continue(served == Served.NotAllThatCame);
    }

    /// <summary>Ends all waiting after the socket was closed: the kernel says nothing of a socket that is gone.</summary>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(static socket => socket.Note(Readiness.Bytes | Readiness.Room | Readiness.Ending), this, preferLocal: false);

    public void Dispose() => poller.Remove(slot);
}
