using System.Runtime.CompilerServices;
using Sluice.Core.Objects;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Transport;

/// <summary>Sends head and body of a hit: from memory in one scattered send, from disk without passing through memory, and waiting only when the client takes no more.</summary>
/// <param name="socket">Where to.</param>
/// <param name="listener">Tells the time.</param>
/// <param name="request">The request that is being answered.</param>
/// <param name="hold">Called before an answer that may take several sends, or waits in place: the connection is not to end meanwhile. False when it is ending already.</param>
/// <param name="noteProgress">Called when a client that had taken no more has taken something.</param>
internal sealed class HitSender(PolledSocket socket, EdgeListener listener, PlainRequest request, Func<bool> hold, Action noteProgress)
{
    /// <summary>What an empty socket takes in one send.</summary>
    private const long OneSendBytes = 16 << 10;

    /// <summary>Pieces of memory in one call: 2 MiB of whole chunks.</summary>
    private const int MaximumPieces = 8;

    /// <summary>Bytes of a file in one call.</summary>
    private const long FileBytes = 1 << 20;

    /// <summary>Bytes of a file that are waited for at once where the page cache has nothing.</summary>
    private const long PieceBytes = 256 << 10;

    /// <summary>What is read at once where waiting for the disk cannot be helped.</summary>
    private const int ReadBytes = 16 << 10;

    /// <summary>What is brought from the disk at once while what came before is being sent, where the page cache has nothing; the kernel reads about as much beyond it.</summary>
    private const long AheadBytes = 1 << 20;

    /// <summary>What one connection may send in a row before others get their turn.</summary>
    private const long TurnBytes = 8 << 20;

    // The answer that waits in place.
    private PlainAnswer waiting;
    private byte[] waitingHead = [];
    private long waitingAt;

    // How far this answer is brought from the disk or being brought, and where that was waited for last; 0 and -1 while nothing was missing.
    private long ready;
    private Task bringing = Task.CompletedTask;
    private long brought = -1;

    // Made with the first answer that has to wait. The request is the one being answered until the answer is out: the next is read only then.
    private Func<CachedObject, FillSource>? asker;
    private ActiveRoute? route;

    /// <summary>Body bytes of the last answer that the socket took.</summary>
    public long Sent { get; private set; }

    /// <summary>True while an answer waits in place for <see cref="TryContinue"/>.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>True when all went out, false when the client is gone. Lets go of the object.</summary>
    /// <exception cref="IOException">The rest of the body is not to be had: the connection must break.</exception>
    public ValueTask<bool> SendAsync(ReadOnlySpan<byte> head, in PlainAnswer answer)
    {
        TrySend(head, answer, inPlace: false, out var sending);
        return sending;
    }

    /// <summary>As <see cref="SendAsync"/>. With <paramref name="inPlace"/>, on the poller's thread only, false when the answer waits for room (see <see cref="Served.Later"/>).</summary>
    public bool TrySend(ReadOnlySpan<byte> head, in PlainAnswer answer, bool inPlace, out ValueTask<bool> sending) =>
        TrySend(head, answer, answer.Start, inPlace, out sending);

    /// <summary>Goes on with the answer that waited; false when it waits again.</summary>
    public bool TryContinue(out ValueTask<bool> sending)
    {
        var (answer, head, position) = (waiting, waitingHead, waitingAt);
        (waiting, waitingHead, IsWaiting) = (default, [], false);
        noteProgress();
        listener.Hits.NoteUntaken(answer, position - answer.End);
        return TrySend(head, answer, position, inPlace: true, out sending);
    }

    private bool TrySend(ReadOnlySpan<byte> head, in PlainAnswer answer, long position, bool inPlace, out ValueTask<bool> sending)
    {
        // A connection that ended between two sends would cut it short.
        if (answer.End - position > OneSendBytes && !hold())
        {
            listener.Hits.NoteUntaken(answer, answer.End - position);
            answer.Stored.Release();
            sending = new(false);
            return true;
        }

        if (answer.End - position > SendQueue.NearBytes) socket.LimitQueue();
        var length = answer.End - answer.Start;
        while (true)
        {
            var (byFile, from) = (!answer.Stored.IsKeptInMemory || socket.Ways.ByFile(length), position);
            socket.BeginSend();
            Step step;
            int ofHead;
            try
            {
                step = Push(head, answer, ref position, Math.Min(answer.End, position + TurnBytes), byFile, out ofHead);
            }
            catch
            {
                // The connection was broken from elsewhere meanwhile.
                listener.Hits.NoteUntaken(answer, answer.End - position);
                answer.Stored.Release();
                throw;
            }

            if (answer.Stored.IsKeptInMemory) socket.Ways.Count(length, position - from);
            head = head[ofHead..];
            Sent = position - answer.Start;
            var isSent = head.IsEmpty && position == answer.End;
            if (step == Step.Gone || isSent)
            {
                listener.Hits.NoteUntaken(answer, answer.End - position);
                answer.Stored.Release();
                sending = new(isSent);
                return true;
            }

            if (step != Step.Full || !inPlace)
            {
                sending = FinishAsync(head.ToArray(), answer, position);
                return true;
            }

            sending = default;
            hold();
            (waiting, waitingHead, waitingAt, IsWaiting) = (answer, head.IsEmpty ? [] : head.ToArray(), position, true);
            listener.Hits.NoteUntaken(answer, answer.End - position);
            // From here on it may be going on already, on another thread.
            if (socket.TryWatchDrained()) return false;
            (waiting, waitingHead, IsWaiting) = (default, [], false);
            listener.Hits.NoteUntaken(answer, position - answer.End);
        }
    }

    /// <summary>Sends what the socket takes now.</summary>
    /// <param name="head">Goes first.</param>
    /// <param name="answer">What is sent.</param>
    /// <param name="position">Where the body goes on.</param>
    /// <param name="end">Where to stop.</param>
    /// <param name="byFile">The way to try first; the other where the body is not to be had that way.</param>
    /// <param name="ofHead">How much of the head went.</param>
    private Step Push(ReadOnlySpan<byte> head, in PlainAnswer answer, ref long position, long end, bool byFile, out int ofHead)
    {
        ofHead = 0;
        var isOnlyInMemory = !MayBeByFile(answer);
        while (ofHead < head.Length || position < end)
        {
            if (byFile && ofHead == head.Length)
            {
                var step = PushFile(answer.Stored, ref position, end);
                if (step != Step.NotHere) return step;
                (byFile, isOnlyInMemory) = (false, true);
            }

            var asked = Gather(head[ofHead..], answer.Stored, position, byFile ? position : end, position < end, out var sent);
            if (asked == 0)
            {
                if (isOnlyInMemory) return Step.NotHere;
                byFile = true;
                if (socket.Ways.Brings()) _ = BringAsync(answer.Stored, position);
                continue;
            }

            if (sent < 0) return sent == SocketCalls.WouldBlock ? Step.Full : Step.Gone;
            var partOfHead = (int)Math.Min(sent, head.Length - ofHead);
            ofHead += partOfHead;
            position += sent - partOfHead;
        }

        return Step.Done;
    }

    private static bool MayBeByFile(in PlainAnswer answer) => answer.End - answer.Start > SendWays.SmallBytes || !answer.Stored.IsKeptInMemory;

    /// <summary>One send of the head and of what is in memory behind it; answers how many bytes it was asked to take.</summary>
    private unsafe long Gather(ReadOnlySpan<byte> head, CachedObject stored, long position, long end, bool more, out long sent)
    {
        var held = default(HeldPieces);
        Span<SocketCalls.Piece> pieces = stackalloc SocketCalls.Piece[MaximumPieces + 1];
        var (count, of, asked) = (0, 0, (long)head.Length);
        fixed (byte* start = head)
        {
            if (!head.IsEmpty) pieces[count++] = new() { Start = start, Length = (nuint)head.Length };
            while (position < end && of < MaximumPieces && stored.TryRead(position, end, out var piece))
            {
                held[of++] = piece;
                // Outside the collected heap: it does not move while the piece is held.
                fixed (byte* body = piece.Span) pieces[count++] = new() { Start = body, Length = (nuint)piece.Length };
                position += piece.Length;
                asked += piece.Length;
            }

            sent = 0;
            if (asked > 0) sent = SocketCalls.Send(socket.Handle, pieces[..count], more && of == 0);
        }

        for (var i = 0; i < of; i++) held[i].Dispose();
        return asked;
    }

    private Step PushFile(CachedObject stored, ref long position, long end)
    {
        while (position < end)
        {
            if (!stored.TryLease(position, Math.Min(end, position + FileBytes), out var lease, out var length)) return Step.NotHere;
            using (lease)
            {
                if (!lease.IsInPageCache(position, position + length, listener.Tick))
                {
                    // Perhaps it is coming, and some of it is there.
                    if (length <= PieceBytes || !lease.IsInPageCache(position, position + PieceBytes, listener.Tick)) return Step.NotHere;
                    length = PieceBytes;
                }

                var sent = SocketCalls.SendFile(socket.Handle, lease.File, position, length);
                // A file that is cut short or cannot be read: whoever reads it the ordinary way looks elsewhere for its bytes.
                if (sent is 0 or SocketCalls.CannotRead) return Step.NotHere;
                if (sent < 0) return sent == SocketCalls.WouldBlock ? Step.Full : Step.Gone;
                position += sent;
            }
        }

        return Step.Done;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FinishAsync(byte[] head, PlainAnswer answer, long position)
    {
        (ready, brought) = (0, -1);
        route = answer.Route;
        using var reader = answer.Stored.OpenFor(position, answer.End, asker ??= SourceOf);
        answer.Stored.Release();
        listener.Hits.NoteUntaken(answer, answer.End - position);
        if (head.Length > 0 && !await socket.TrySendAsync(head)) return false;
        while (reader.Position < answer.End)
        {
            var next = reader.Position;
            socket.BeginSend();
            var step = Push([], answer, ref next, Math.Min(answer.End, next + TurnBytes), MayBeByFile(answer), out _);
            if (next > reader.Position) noteProgress();
            listener.Hits.NoteUntaken(answer, reader.Position - next);
            reader.Skip(next - reader.Position);
            Sent = next - answer.Start;
            if (step == Step.Gone) return false;
            if (ready != 0 && ready < answer.End && ready - next < AheadBytes && bringing.IsCompleted) bringing = BringMoreAsync(answer, ready);
            if (step == Step.Full) await socket.WhenDrainedAsync();
            else if (step == Step.NotHere && !await TryBringAsync(answer, next))
            {
                if (!await ReadAsync(reader)) return false;
                listener.Hits.NoteUntaken(answer, next - reader.Position);
                Sent = reader.Position - answer.Start;
            }
            else if (step == Step.Done && next < answer.End) await Task.Yield();
        }

        return true;
    }

    /// <summary>Brings the next bytes of a file into the page cache; false when they are in no file, or that did not help.</summary>
    private async ValueTask<bool> TryBringAsync(PlainAnswer answer, long position)
    {
        // Brought before, and gone again or never there: reading makes progress in any case.
        if (!MayBeByFile(answer) || brought == position) return false;
        brought = position;
        if (!answer.Stored.TryLease(position, Math.Min(answer.End, position + PieceBytes), out var lease, out var length)) return false;
        using (lease) await lease.BringAsync(position, position + length);
        ready = position + length;
        return true;
    }

    /// <summary>Takes what is asked for often into memory, where it is sent from for less; nobody waits for it.</summary>
    private static async Task BringAsync(CachedObject stored, long position)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var reader = stored.Open(position, position + 1, source: null);
            using var piece = await reader.ReadAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // It is in no tier any more: whoever asks for it next is told, or waits for it.
        }
    }

    /// <summary>Brings what comes after; nobody waits for it.</summary>
    private async Task BringMoreAsync(PlainAnswer answer, long start)
    {
        ready = 0;
        if (!answer.Stored.TryLease(start, Math.Min(answer.End, start + AheadBytes), out var lease, out var length)) return;
        ready = start + length;
        using (lease) await lease.BringAsync(start, ready);
    }

    /// <summary>Sends the next bytes, however long the tiers take; false when the client is gone.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAsync(BodyReader reader)
    {
        using var piece = await reader.ReadAsync(ReadBytes, CancellationToken.None);
        return piece.Length > 0 && await socket.TrySendAsync(piece.Memory);
    }

    private FillSource SourceOf(CachedObject stored) => listener.Hits.SourceOf(stored, route!, request, socket.Client);

    private enum Step
    {
        Done,
        Full,
        NotHere,
        Gone,
    }

    [InlineArray(MaximumPieces)]
    private struct HeldPieces
    {
        private BodyPiece first;
    }
}
