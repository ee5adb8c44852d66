using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Edge.Transport;

/// <summary>
/// One client's connection. Plain hits are answered on the thread that saw them arrive; everything else is handed to the server behind, one request at a time,
/// or the whole rest of the connection where a request's end is not for the transport to tell.
/// </summary>
internal sealed partial class EdgeConnection
{
    /// <summary>A longer head goes to the server.</summary>
    private const int BufferBytes = 4096;

    /// <summary>What the server may have unread before the client is made to wait.</summary>
    private const int PauseBytes = 256 << 10;

    [ThreadStatic]
    private static byte[]? headBuffer;

    private readonly Socket socket;
    private readonly PolledSocket polled;
    private readonly EdgeListener listener;
    private readonly HitSender sender;
    private readonly PlainRequest request = new();
    private readonly Pipe input;
    private readonly ServerInput serverInput;
    private readonly SocketOutput output;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private readonly CancellationTokenSource closed = new();
    private Task running = Task.CompletedTask;
    private int filled;
    private int consumed;
    private int lastTick;
    private long acknowledged;
    private long sentBefore;
    private bool mayHaveMore;

    // The tick at which a head began to arrive that is not whole yet; 0 while there is none.
    private int headBegan;

    // What the poller's thread leaves to whoever waits: an answer that is not all sent, a failure, or that bytes (or their end) are there already.
    private ValueTask<bool>? sending;
    private ExceptionDispatchInfo? failed;
    private int? received;

    public EdgeConnection(Socket socket, EdgeListener listener, MemoryPool<byte> pool)
    {
        (this.socket, this.listener) = (socket, listener);
        polled = new PolledSocket(socket);
        // The server leaves the socket's thread for the requests that are its own: they may wait.
        input = new Pipe(new PipeOptions(pool, PipeScheduler.ThreadPool, PipeScheduler.ThreadPool, PauseBytes, PauseBytes / 2, useSynchronizationContext: false));
        output = new SocketOutput(socket, polled, NoteUse);
        serverInput = new ServerInput(input.Reader, output) { OutlastsWait = OutlastsWait };
        sender = new HitSender(polled, listener, request, serverInput.Hold, NoteUse);
        Transport = new DuplexPipe(serverInput, output);
        lastTick = listener.Tick;
        polled.Serve = Serve;
        SetFeatures(pool);
    }

    /// <summary>Starts to read; returns at the first wait.</summary>
    public void Start() => running = RunAsync();

    /// <summary>Ends a connection that nobody has used for too long, or whose client takes nothing of what it asked for. Called every tick.</summary>
    public void CloseIfIdle(int tick, int maximumIdle, int maximumPartial, int maximumSend)
    {
        // Room is told of only when a third of what is queued was taken, and a send of the server's takes as long as all of it: only the kernel knows of the steps.
        if ((serverInput.IsHeld || output.IsWaiting) && TakesSomething()) NoteUse();
        var age = tick - Volatile.Read(ref lastTick);
        if ((serverInput.IsHeld || output.IsWaiting) && age > maximumSend) Break();
        if (!serverInput.IsIdle || serverInput.IsHeld) return;
        var began = Volatile.Read(ref headBegan);
        // A byte now and then does not make a head (RFC 9110 section 15.5.9).
        if (age > maximumIdle || (began != 0 && tick - began > maximumPartial)) ShutDown(SocketShutdown.Both);
    }

    /// <summary>Also true when there is nothing to take: then it waits for us.</summary>
    private bool TakesSomething()
    {
        try
        {
            var (taken, isOutstanding) = SocketCalls.SentTo(socket);
            return Interlocked.Exchange(ref acknowledged, taken) != taken || !isOutstanding;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is over already.
            return false;
        }
    }

    /// <summary>Takes no further request unless the server has one; what is being sent goes out.</summary>
    public void StopReading()
    {
        if (serverInput.IsIdle) ShutDown(SocketShutdown.Receive);
    }

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            while (await ReceiveAsync() && await ConsumeAsync() && !(listener.IsStopping && serverInput.IsIdle))
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            failure = new IOException("The connection broke.", e);
        }
        catch (Exception e) when (e is OriginException or ObjectChangedException or IOException)
        {
            // The head promised more: the only honest end is a broken connection.
            listener.NoteCutShort(e);
            Break();
            failure = e;
        }
        finally
        {
            serverInput.Release();
            polled.Dispose();
            await input.Writer.CompleteAsync(failure);
            ArrayPool<byte>.Shared.Return(buffer);
            // Callbacks of the server's may take their time.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), closed, preferLocal: false);
        }
    }

    /// <summary>On the poller's thread, while nobody else is about: takes in what has arrived and answers the hits in it, after the answer that waited for room.</summary>
    private Served Serve()
    {
        try
        {
            if (sender.IsWaiting)
            {
                if (Continue() is { } interrupted) return interrupted;
            }
            else if (TakeIn() is { } nothing) return nothing;

            while (serverInput.IsIdle && !listener.IsStopping)
            {
                var left = AnswerHits(inPlace: true, out _, out _);
                if (left == Left.Wait) return Served.Later;
                if (left != Left.Nothing) break;
                if (!mayHaveMore)
                {
                    received = null;
                    return Served.All;
                }

                if (TakeIn() is { } none) return none;
            }

            return mayHaveMore ? Served.NotAllThatCame : Served.NotAll;
        }
        catch (Exception e)
        {
            // The thread is everybody's: the failure is for whoever runs this connection.
            failed = ExceptionDispatchInfo.Capture(e);
            return Served.NotAll;
        }
    }

    /// <summary>Null when bytes have come.</summary>
    private Served? TakeIn()
    {
        var count = polled.Receive(buffer.AsSpan(filled, BufferBytes - filled), out mayHaveMore);
        received = count == SocketCalls.WouldBlock ? null : count;
        if (received is null) return Served.All;
        if (count <= 0) return Served.NotAll;
        filled += count;
        NoteUse();
        return null;
    }

    /// <summary>Null when the answer that waited for room is sent.</summary>
    private Served? Continue()
    {
        if (!sender.TryContinue(out var going)) return Served.Later;
        if (OutcomeOf(going) is { } isSent)
        {
            serverInput.Release();
            if (isSent) return null;
            going = new(false);
        }

        sending = going;
        return mayHaveMore ? Served.NotAllThatCame : Served.NotAll;
    }

    private async ValueTask<bool> ReceiveAsync()
    {
        while (true)
        {
            await polled.WhenArrivedAsync();
            failed?.Throw();
            if (received is { } served)
            {
                received = null;
                if (served < 0) throw new SocketException((int)SocketError.ConnectionReset);
                return served > 0;
            }

            polled.BeginReceive();
            var count = polled.Receive(buffer.AsSpan(filled, BufferBytes - filled), out mayHaveMore);
            if (count == SocketCalls.WouldBlock) continue;
            if (count < 0) throw new SocketException((int)SocketError.ConnectionReset);
            if (mayHaveMore) polled.Note(Readiness.Bytes);
            filled += count;
            NoteUse();
            return count > 0;
        }
    }

    /// <summary>Answers hits until something else is in the way; the rest, less than a head, moves to the buffer's start when nothing is.</summary>
    private Left AnswerHits(bool inPlace, out HeadKind kind, out int length)
    {
        (kind, length) = (HeadKind.Plain, 0);
        while (consumed < filled)
        {
            kind = request.Read(buffer, consumed, filled, out length);
            if (kind == HeadKind.Incomplete && (consumed > 0 || filled < BufferBytes)) break;
            headBegan = 0;
            if (kind != HeadKind.Plain) return Left.Request;
            consumed += length;
            var begun = TrySend(inPlace, out var going);
            if (begun == Begun.Waiting) return Left.Wait;
            if (begun == Begun.No)
            {
                consumed -= length;
                return Left.Request;
            }

            if (OutcomeOf(going) is { } isSent)
            {
                if (serverInput.IsHeld) serverInput.Release();
                if (isSent) continue;
                going = new(false);
            }

            sending = going;
            return Left.Answer;
        }

        buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
        (filled, consumed) = (filled - consumed, 0);
        Volatile.Write(ref headBegan, filled == 0 ? 0 : headBegan == 0 ? listener.Tick : headBegan);
        return Left.Nothing;
    }

    /// <summary>Answers or hands over what has arrived; false once the connection is over.</summary>
    private async ValueTask<bool> ConsumeAsync()
    {
        while (true)
        {
            if (sending is { } going)
            {
                sending = null;
                if (!await FinishAsync(going)) return false;
            }

            if (!serverInput.IsIdle && consumed < filled) await serverInput.WhenIdleAsync();
            if (!serverInput.IsIdle && consumed < filled) return false;
            var left = AnswerHits(inPlace: false, out var kind, out var length);
            if (left == Left.Nothing) return true;
            if (left == Left.Answer) continue;
            if (kind is HeadKind.Unknown or HeadKind.Incomplete)
            {
                serverInput.HandOver();
                (polled.Serve, sentBefore) = (null, long.MinValue);
                return await GiveAsync(consumed, filled - consumed) && await RelayAsync();
            }

            Volatile.Write(ref sentBefore, output.Sent);
            serverInput.Hand(length);
            if (!await GiveAsync(consumed, length)) return false;
            consumed += length;
        }
    }

    private Begun TrySend(bool inPlace, out ValueTask<bool> going)
    {
        var head = headBuffer ??= GC.AllocateUninitializedArray<byte>(PlainHead.MaximumLength);
        going = default;
        if (listener.HitLog is { } log) return TrySendLogged(log, head, out going) ? Begun.Yes : Begun.No;
        var began = listener.Hits.BeginSample();
        if (!listener.Hits.TryAnswer(request, [], head, out var answer)) return Begun.No;
        var waits = !sender.TrySend(head.AsSpan(0, answer.HeadLength), answer, inPlace, out going);
        if (began != 0) listener.Hits.EndSample(began, answer);
        return waits ? Begun.Waiting : Begun.Yes;
    }

    private async ValueTask<bool> FinishAsync(ValueTask<bool> going)
    {
        if (OutcomeOf(going) is { } isSent)
        {
            // It may have waited in place, and ended since that was looked at.
            if (serverInput.IsHeld) serverInput.Release();
            return isSent;
        }

        serverInput.Hold();
        try
        {
            return await going;
        }
        finally
        {
            NoteUse();
            serverInput.Release();
        }
    }

    /// <summary>
    /// Whether all went out; null while it is still going out. Looked at once: the rest may go out on another thread between two looks, and its outcome can be taken once only.
    /// </summary>
    internal static bool? OutcomeOf(in ValueTask<bool> going) => going.IsCompletedSuccessfully ? going.Result : null;

    private async ValueTask<bool> GiveAsync(int start, int count)
    {
        input.Writer.Write(buffer.AsSpan(start, count));
        return !(await input.Writer.FlushAsync()).IsCompleted;
    }

    /// <summary>The rest of the connection belongs to the server.</summary>
    private async ValueTask<bool> RelayAsync()
    {
        while (true)
        {
            var count = await polled.ReceiveAsync(input.Writer.GetMemory(BufferBytes));
            if (count == 0) return false;
            input.Writer.Advance(count);
            if ((await input.Writer.FlushAsync()).IsCompleted) return false;
        }
    }

    private void NoteUse() => Volatile.Write(ref lastTick, listener.Tick);

    /// <summary>The server waits for a request for a limited time, and does not see those that are answered here.</summary>
    private bool OutlastsWait() => !listener.IsStopping && listener.Tick - Volatile.Read(ref lastTick) < EdgeListener.MaximumIdle;

    private enum Begun
    {
        No,
        Yes,
        Waiting,
    }

    private enum Left
    {
        Nothing,
        Request,
        Answer,
        Wait,
    }
}
