using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Sluice.Edge.Transport;

/// <summary>
/// One client's connection. Plain hits are answered on the thread that saw them arrive; everything else is handed to the server behind, one request at a time,
/// or the whole rest of the connection where a request's end is not for the transport to tell.
/// </summary>
internal sealed partial class EdgeConnection : ClientConnection
{
    [ThreadStatic]
    private static byte[]? headBuffer;

    private readonly HitSender sender;
    private readonly PlainRequest request = new();
    private readonly ServerInput serverInput;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int filled;
    private int consumed;
    private bool mayHaveMore;

    private int headBegan;

    // What the poller's thread leaves to whoever waits: an answer that is not all sent, a failure, or that bytes (or their end) are there already.
    private ValueTask<bool>? sending;
    private ExceptionDispatchInfo? failed;
    private int? received;

    public EdgeConnection(Socket socket, EdgeListener listener, MemoryPool<byte> pool)
        : base(socket, listener, pool, PipeScheduler.ThreadPool)
    {
        serverInput = new ServerInput(Input.Reader, Output) { OutlastsWait = OutlastsWait };
        sender = new HitSender(Polled, listener, request, serverInput.Hold, NoteUse);
        teller = listener.HitLog is { } log ? new HitTeller(log, listener.Hits, this) : null;
        Transport = new DuplexPipe(serverInput, Output);
        Polled.Serve = Serve;
    }

    protected override ServerInput Requests => serverInput;

    protected override int HeadBegan => Volatile.Read(ref headBegan);

    protected override async Task ReceiveAllAsync()
    {
        while (await ReceiveAsync() && await ConsumeAsync() && !(Listener.IsStopping && serverInput.IsIdle))
        {
        }
    }

    protected override void Free()
    {
        serverInput.Release();
        base.Free();
        ArrayPool<byte>.Shared.Return(buffer);
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

            while (serverInput.IsIdle && !Listener.IsStopping)
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
        var count = Polled.Receive(buffer.AsSpan(filled, BufferBytes - filled), out mayHaveMore);
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
            await Polled.WhenArrivedAsync();
            failed?.Throw();
            if (received is { } served)
            {
                received = null;
                if (served < 0) throw new SocketException((int)SocketError.ConnectionReset);
                return served > 0;
            }

            Polled.BeginReceive();
            var count = Polled.Receive(buffer.AsSpan(filled, BufferBytes - filled), out mayHaveMore);
            if (count == SocketCalls.WouldBlock) continue;
            if (count < 0) throw new SocketException((int)SocketError.ConnectionReset);
            if (mayHaveMore) Polled.Note(Readiness.Bytes);
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
        Volatile.Write(ref headBegan, filled == 0 ? 0 : headBegan == 0 ? Listener.Tick : headBegan);
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
                Polled.Serve = null;
                NoteHanded(isAll: true);
                return await GiveAsync(consumed, filled - consumed) && await RelayAsync();
            }

            NoteHanded();
            serverInput.Hand(length);
            if (!await GiveAsync(consumed, length)) return false;
            consumed += length;
        }
    }

    private Begun TrySend(bool inPlace, out ValueTask<bool> going)
    {
        var head = headBuffer ??= GC.AllocateUninitializedArray<byte>(PlainHead.MaximumLength);
        going = default;
        if (teller is not null) return TrySendTold(teller, head, out going) ? Begun.Yes : Begun.No;
        var began = Listener.Hits.BeginSample();
        if (!Listener.Hits.TryAnswer(request, [], head, out var answer)) return Begun.No;
        var waits = !sender.TrySend(head.AsSpan(0, answer.HeadLength), answer, inPlace, out going);
        if (began != 0) Listener.Hits.EndSample(began, answer);
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
        Input.Writer.Write(buffer.AsSpan(start, count));
        return !(await Input.Writer.FlushAsync()).IsCompleted;
    }

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
