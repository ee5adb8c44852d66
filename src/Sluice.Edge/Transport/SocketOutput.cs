using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sluice.Edge.Transport;

/// <summary>What the server writes, sent from where it was written: a flush is done when the socket has taken everything, so nothing of an answer is under way once it is over.</summary>
internal sealed class SocketOutput(Socket socket, PolledSocket polled, Action noteWait) : PipeWriter
{
    private const int MinimumBuffer = 4096;
    private readonly List<(byte[] Bytes, int Length)> full = [];
    private byte[] current = [];
    private int used;
    private long unflushed, sent;
    private bool broken;
    private bool isWaiting;

    /// <summary>True while the client takes no more: the kernel has as much as it holds for one connection.</summary>
    public bool IsWaiting => Volatile.Read(ref isWaiting);

    /// <summary>Bytes that the socket took so far.</summary>
    public long Sent => Volatile.Read(ref sent);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => Volatile.Read(ref unflushed);

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(current.Length - used), nameof(bytes));
        used += bytes;
        unflushed += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (current.Length - used < Math.Max(sizeHint, 1))
        {
            if (used > 0) full.Add((current, used));
            else Return(current);
            (current, used) = (ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, MinimumBuffer)), 0);
        }

        return current.AsMemory(used);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var (bytes, length) in full) await SendAsync(bytes.AsMemory(0, length));
            if (used > 0) await SendAsync(current.AsMemory(0, used));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone; the server learns it from the result.
            broken = true;
        }

        Free();
        return new FlushResult(isCanceled: false, isCompleted: broken);
    }

    /// <summary>A send that hangs is ended by closing the socket.</summary>
    public override void CancelPendingFlush()
    {
    }

    /// <summary>What was not flushed belongs to an answer that was given up.</summary>
    public override void Complete(Exception? exception = null) => Free();

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (exception is null && UnflushedBytes > 0) await FlushAsync();
        Complete(exception);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0 && !broken)
        {
            var sending = socket.SendAsync(bytes, SocketFlags.None);
            var count = sending.IsCompletedSuccessfully ? sending.Result : await WaitAsync(sending);
            bytes = bytes[count..];
            Volatile.Write(ref sent, sent + count);
            if (sent > SendQueue.NearBytes) polled.LimitQueue();
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

    private void Free()
    {
        foreach (var (bytes, _) in full) Return(bytes);
        Return(current);
        full.Clear();
        (current, used) = ([], 0);
        Volatile.Write(ref unflushed, 0);
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
    }
}
