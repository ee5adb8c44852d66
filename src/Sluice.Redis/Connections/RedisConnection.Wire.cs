using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

// Each awaiter is used once: its continuation is this class's own.
#pragma warning disable CA2012

/// <content>Bytes out and bytes in. Written with awaiters instead of async methods, so that the next read is under way before whoever waits for an answer goes on: nobody can hold up the line.</content>
internal sealed partial class RedisConnection
{
    private const int FirstInput = 16 << 10;
    private const int LargestInput = 256 << 10;

    private readonly RespParser parser;
    private readonly Action sent, received;
    private ValueTaskAwaiter sendAwaiter;
    private ValueTaskAwaiter<int> receiveAwaiter;
    private byte[] input;
    private int inputStart, inputEnd;

    private void Flush()
    {
        try
        {
            while (true)
            {
                lock (gate)
                {
                    sending.Clear();
                    if (output.Length == 0 || failure is not null)
                    {
                        isSending = false;
                        return;
                    }

                    (output, sending) = (sending, output);
                }

                sendAwaiter = stream.WriteAsync(sending.Memory).GetAwaiter();
                if (!sendAwaiter.IsCompleted)
                {
                    sendAwaiter.UnsafeOnCompleted(sent);
                    return;
                }

                sendAwaiter.GetResult();
            }
        }
        catch (Exception thrown) when (IsConnectionFailure(thrown))
        {
            Close(thrown);
        }
    }

    private void OnSent()
    {
        try
        {
            sendAwaiter.GetResult();
        }
        catch (Exception thrown) when (IsConnectionFailure(thrown))
        {
            Close(thrown);
            return;
        }

        Flush();
    }

    private void Receive()
    {
        try
        {
            receiveAwaiter = stream.ReadAsync(input.AsMemory(inputEnd)).GetAwaiter();
            if (receiveAwaiter.IsCompleted) ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.OnReceived(), this, preferLocal: false);
            else receiveAwaiter.UnsafeOnCompleted(received);
        }
        catch (Exception thrown) when (IsConnectionFailure(thrown))
        {
            End(thrown);
        }
    }

    private void OnReceived()
    {
        // The answer that is handed out last. No longer among those who wait, so if the connection ends before, this is where it still gets it.
        (PendingReply? Reply, RespValue Answer) first = default;
        try
        {
            while (true)
            {
                var count = receiveAwaiter.GetResult();
                if (count == 0)
                {
                    End(new RedisUnavailableException("Redis closed the connection."));
                    return;
                }

                inputEnd += count;
                Parse(ref first);
                // The next read first: from there on this thread has nothing to do with the connection.
                receiveAwaiter = stream.ReadAsync(input.AsMemory(inputEnd)).GetAwaiter();
                if (!receiveAwaiter.IsCompleted)
                {
                    receiveAwaiter.UnsafeOnCompleted(received);
                    // A thread that sees to all sockets is not to do others' work, unless it is little.
                    var (reply, answer) = first;
                    first = default;
                    reply?.Complete(answer, inline: reply.IsQuick || Thread.CurrentThread.IsThreadPoolThread);
                    return;
                }

                Complete(ref first);
            }
        }
        catch (Exception thrown) when (IsConnectionFailure(thrown))
        {
            Complete(ref first);
            End(thrown);
        }
    }

    private static void Complete(ref (PendingReply? Reply, RespValue Answer) first)
    {
        var (reply, answer) = first;
        // Once only: its value is given back by whoever takes it.
        first = default;
        reply?.Complete(answer, inline: false);
    }

    /// <summary>Hands out every answer that is whole but the first, which it leaves: who asked for many and waits for them in order finds the others there.</summary>
    private void Parse(ref (PendingReply? Reply, RespValue Answer) first)
    {
        var rest = (ReadOnlySpan<byte>)input.AsSpan(inputStart, inputEnd - inputStart);
        while (parser.TryRead(ref rest, out var value))
        {
            if (value.Kind == RespKind.Push)
            {
                // One channel for each SUBSCRIBE, so that each has one answer.
                if (value.Items is [var word, ..] && word.Span.SequenceEqual("subscribe"u8)) NextSubscription()?.Complete(value, inline: false);
                else onPush?.Invoke(value);
                continue;
            }

            var reply = Next() ?? throw new RespException("Redis answered what nobody asked.");
            if (first.Reply is null) first = (reply, value);
            else reply.Complete(value, inline: false);
        }

        Keep(rest.Length);
    }

    /// <summary>Keeps what the parser could not use yet, and sees to room behind it.</summary>
    private void Keep(int left)
    {
        var isFull = inputEnd == input.Length;
        inputStart = inputEnd - left;
        if (left == 0) inputStart = inputEnd = 0;
        else if (inputStart > 0)
        {
            Buffer.BlockCopy(input, inputStart, input, 0, left);
            (inputStart, inputEnd) = (0, left);
        }

        // Filled to the brim: there is more where that came from, or a line longer than the buffer.
        if (!isFull || input.Length >= LargestInput) return;
        var grown = ArrayPool<byte>.Shared.Rent(input.Length * 2);
        Buffer.BlockCopy(input, 0, grown, 0, inputEnd);
        ArrayPool<byte>.Shared.Return(input);
        input = grown;
    }

    /// <summary>Nothing reads any more.</summary>
    private void End(Exception reason)
    {
        Close(reason);
        var rented = Interlocked.Exchange(ref input, []);
        if (rented.Length > 0) ArrayPool<byte>.Shared.Return(rented);
    }
}
