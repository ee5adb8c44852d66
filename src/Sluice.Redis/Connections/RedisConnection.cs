using System.Buffers;
using System.Net.Sockets;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

/// <summary>One connection from its greeting to its end: any number of callers' commands go out in the order they came, and answers come back in that order.</summary>
internal sealed partial class RedisConnection : IAsyncDisposable, IThreadPoolWorkItem
{
    private readonly Stream stream;
    private readonly RedisOptions options;
    private readonly TimeProvider time;
    private readonly Action<RespValue>? onPush;
    private readonly Lock gate = new();
    private readonly Queue<PendingReply> waiting = new();
    private readonly TaskCompletionSource<Exception> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutputBuffer output = new(), sending = new();
    private bool isSending;
    private int held;
    private Exception? failure;

    public RedisConnection(Stream stream, RedisOptions options, TimeProvider time, Action<RespValue>? onPush)
    {
        (this.stream, this.options, this.time, this.onPush) = (stream, options, time, onPush);
        parser = new RespParser(new RespLimits());
        input = ArrayPool<byte>.Shared.Rent(FirstInput);
        sent = OnSent;
        received = OnReceived;
        Receive();
    }

    /// <summary>Ends, with the reason, when the connection does.</summary>
    public Task<Exception> Closed => closed.Task;

    public bool IsOpen => Volatile.Read(ref failure) is null;

    /// <summary>Sends a command; its answer. An error that Redis answers is thrown.</summary>
    /// <param name="command">The command; with <paramref name="leading"/>, that many others before it whose answers nobody wants.</param>
    /// <param name="cancellation">Ends the waiting; the command may be carried out all the same.</param>
    /// <param name="leading">How many commands come before it.</param>
    /// <param name="isQuick">True when little is done with the answer: whoever waits goes on on the thread that read it.</param>
    /// <exception cref="RedisErrorException">Redis answered an error.</exception>
    /// <exception cref="RedisUnavailableException">The connection ended before the answer, or too much waits already.</exception>
    public ValueTask<RespValue> SendAsync(ReadOnlySpan<byte> command, CancellationToken cancellation, int leading = 0, bool isQuick = false)
    {
        cancellation.ThrowIfCancellationRequested();
        var reply = new PendingReply(time.GetTimestamp()) { IsSubscription = command.StartsWith("*2\r\n$9\r\nSUBSCRIBE\r\n"u8), IsQuick = isQuick };
        bool mustFlush, isAlone;
        lock (gate)
        {
            if (failure is not null) throw new RedisUnavailableException($"The connection to Redis ended: {failure.Message}", failure);
            if (waiting.Count >= options.MaximumBacklog || (output.Length > 0 && output.Length + command.Length > options.MaximumBacklogBytes))
                throw new RedisUnavailableException("Too many commands wait for Redis; this one was not sent.");
            for (var i = 0; i < leading; i++) waiting.Enqueue(new PendingReply(reply.SentAt));
            waiting.Enqueue(reply);
            output.Append(command);
            mustFlush = !isSending && held == 0;
            isSending |= mustFlush;
            isAlone = waiting.Count == 1 + leading;
        }

        reply.EndWith(cancellation);
        // Alone it goes out at once; behind others it waits for a thread, so that those that come meanwhile go out with it.
        if (mustFlush && isAlone) Flush();
        else if (mustFlush) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return reply.Task;
    }

    /// <summary>What is sent from now on waits for <see cref="LetGo"/>, to go out in one piece.</summary>
    public void Hold()
    {
        lock (gate) held++;
    }

    /// <summary>Sends what waits.</summary>
    public void LetGo()
    {
        lock (gate)
        {
            if (--held > 0 || isSending || output.Length == 0) return;
            isSending = true;
        }

        Flush();
    }

    /// <summary>Gives the connection up when the oldest command has waited too long.</summary>
    public void CheckPatience()
    {
        long since;
        lock (gate)
        {
            if (failure is not null || !waiting.TryPeek(out var oldest)) return;
            since = oldest.SentAt;
        }

        if (time.GetElapsedTime(since) > options.CommandTimeout) Close(new RedisUnavailableException($"Redis did not answer within {options.CommandTimeout.TotalSeconds:0.###} s."));
    }

    /// <summary>Ends the connection; whoever waits hears why.</summary>
    public void Close(Exception reason)
    {
        PendingReply[] abandoned;
        lock (gate)
        {
            if (failure is not null) return;
            Volatile.Write(ref failure, reason);
            abandoned = [.. waiting];
            waiting.Clear();
        }

        stream.Dispose();
        foreach (var reply in abandoned) reply.Fail(new RedisUnavailableException($"The connection to Redis ended: {reason.Message}", reason));
        closed.TrySetResult(reason);
    }

    public ValueTask DisposeAsync()
    {
        Close(new RedisUnavailableException("The connection was closed."));
        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute() => Flush();

    private static bool IsConnectionFailure(Exception thrown) =>
        thrown is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or NotSupportedException;

    private PendingReply? NextSubscription()
    {
        lock (gate) return waiting.TryPeek(out var reply) && reply.IsSubscription ? waiting.Dequeue() : null;
    }

    /// <summary>The oldest command's place; null when nothing waits.</summary>
    private PendingReply? Next()
    {
        lock (gate) return waiting.TryDequeue(out var reply) ? reply : null;
    }
}
