using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sluice.Edge.Transport;

/// <summary>What the server writes to a socket: a flush is done when that has taken everything, so nothing of an answer is under way once it is over.</summary>
internal sealed class SocketOutput(Socket socket, PolledSocket polled, Action noteWait) : GatheredOutput(4096)
{
    /// <summary>What may be queued before the server is made to wait, and what is sent at once of it.</summary>
    private const int QueueBytes = 64 << 10;

    private readonly List<ArraySegment<byte>> pieces = [];
    private Pipe? queue;
    private Task draining = Task.CompletedTask;
    private long sent;
    private bool isWaiting;

    /// <summary>True while the client takes no more: the kernel has as much as it holds for one connection.</summary>
    public bool IsWaiting => Volatile.Read(ref isWaiting);

    /// <summary>Bytes that the socket took so far.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>From here on a write is done once it is queued, and goes out on another thread together with what came meanwhile.</summary>
    public void Queue()
    {
        queue = new Pipe(new PipeOptions(MemoryPool<byte>.Shared, polled.Turns, PipeScheduler.ThreadPool, QueueBytes, QueueBytes / 2, 16 << 10, useSynchronizationContext: false));
        draining = DrainAsync(queue.Reader);
    }

    /// <summary>Sends what comes in one piece, such as a record of TLS, from where it lies.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        queue is null ? WriteNowAsync(source) : queue.Writer.WriteAsync(source, cancellationToken);

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (queue is not null)
        {
            await queue.Writer.CompleteAsync();
            await draining;
        }

        await base.CompleteAsync(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
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

    /// <summary>Sends several pieces in one call.</summary>
    private async ValueTask SendAsync(ReadOnlySequence<byte> bytes)
    {
        pieces.Clear();
        foreach (var piece in bytes) pieces.Add(MemoryMarshal.TryGetArray(piece, out var array) ? array : piece.ToArray());
        try
        {
            var sending = new ValueTask<int>(socket.SendAsync(pieces, SocketFlags.None));
            var count = sending.IsCompletedSuccessfully ? sending.Result : await WaitAsync(sending);
            Volatile.Write(ref sent, sent + count);
            if (sent > SendQueue.NearBytes) polled.LimitQueue();
            bytes = bytes.Slice(count);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone.
            IsBroken = true;
            return;
        }

        foreach (var piece in bytes) await SendAsync(piece);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WriteNowAsync(ReadOnlyMemory<byte> source)
    {
        if (UnflushedBytes > 0) await FlushAsync();
        await SendAsync(source);
        return new FlushResult(isCanceled: false, isCompleted: IsBroken);
    }

    private async Task DrainAsync(PipeReader reader)
    {
        while (!IsBroken)
        {
            var result = await reader.ReadAsync();
            if (result.Buffer.IsSingleSegment) await SendAsync(result.Buffer.First);
            else await SendAsync(result.Buffer);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) break;
        }

        await reader.CompleteAsync();
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
