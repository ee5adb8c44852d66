using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Transport;

/// <summary>
/// HTTP/1.1 of one client over TLS. As <see cref="EdgeConnection"/> it answers plain hits where they arrive and hands everything else to the server behind, one request at a time,
/// or the whole rest where a request's end is not for it to tell.
/// </summary>
internal sealed class TlsConnection
{
    /// <summary>What one connection may send in a row before others get their turn: a millisecond of encryption or less.</summary>
    private const long TurnBytes = 1 << 20;

    private readonly TlsSocket socket;
    private readonly SslStream stream;
    private readonly PlainHits hits;
    private readonly HitTeller? teller;
    private readonly PlainRequest request = new();
    private readonly Pipe input;
    private readonly ServerInput serverInput;
    private readonly RecordOutput output;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(ClientConnection.BufferBytes);
    private int filled, consumed;

    // How far the body of the answer under way has gone out.
    private long sentTo;

    // Made with the first answer that needs it. The request is the one being answered until the answer is out: the next is read only then.
    private Func<CachedObject, FillSource>? asker;
    private ActiveRoute? route;

    public TlsConnection(TlsSocket socket, SslStream stream, PlainHits hits)
    {
        (this.socket, this.stream, this.hits) = (socket, stream, hits);
        teller = socket.Listener.HitLog is { } log ? new HitTeller(log, hits, socket) : null;
        input = ClientConnection.NewInput(socket.MemoryPool);
        output = new RecordOutput(stream);
        serverInput = new ServerInput(input.Reader, output) { OutlastsWait = socket.OutlastsWait };
    }

    /// <summary>Serves until the connection is over.</summary>
    /// <param name="next">The server behind.</param>
    public async Task ServeAsync(ConnectionDelegate next)
    {
        socket.Transport = new DuplexPipe(serverInput, output);
        socket.ServeInPlace(serverInput);
        var serving = next(socket);
        var reading = ReadAllAsync();
        try
        {
            await serving;
        }
        finally
        {
            await serverInput.CompleteAsync();
            await output.CompleteAsync();
            await serverInput.WhenReleasedAsync();
            socket.EndReading();
            await reading;
        }
    }

    private async Task ReadAllAsync()
    {
        Exception? failure = null;
        try
        {
            int count;
            do
            {
                count = await stream.ReadAsync(buffer.AsMemory(0, ClientConnection.BufferBytes));
                (filled, consumed) = (count, 0);
                socket.NoteUse();
            }
            while (count > 0 && await ConsumeAsync() && !(socket.Listener.IsStopping && serverInput.IsIdle));
        }
        catch (Exception e) when (e is OriginException or ObjectChangedException)
        {
            // The head promised more: the only honest end is a broken connection.
            socket.Listener.NoteCutShort(e);
            socket.Abort();
            failure = e;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            failure = new IOException("The connection broke.", e);
        }
        finally
        {
            serverInput.Release();
            await input.Writer.CompleteAsync(failure);
            socket.EndServing();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Answers or hands over what has arrived; false once the connection is over.</summary>
    private async ValueTask<bool> ConsumeAsync()
    {
        while (consumed < filled)
        {
            if (!serverInput.IsIdle) await serverInput.WhenIdleAsync();
            if (!serverInput.IsIdle) return false;
            var kind = request.Read(buffer, consumed, filled, out var length);
            // Clients send a head in one record; one that goes on in the next is rare enough for the server, who limits the time it takes.
            if (kind is HeadKind.Unknown or HeadKind.Incomplete)
            {
                serverInput.HandOver();
                socket.NoteHanded(isAll: true);
                // It may be an upload, without an end.
                socket.ServeElsewhere();
                return await GiveAsync(consumed, filled - consumed) && await RelayAsync();
            }

            if (kind == HeadKind.Plain && TryBegin(out var hit))
            {
                consumed += length;
                if (!await SendAsync(hit)) return false;
                continue;
            }

            socket.NoteHanded();
            serverInput.Hand(length);
            if (!await GiveAsync(consumed, length)) return false;
            consumed += length;
        }

        return true;
    }

    /// <summary>Finds the hit and writes its head; false when the request has to go the ordinary way.</summary>
    private bool TryBegin(out Hit hit)
    {
        var (began, sample) = (teller is null ? 0 : hits.Now, hits.BeginSample());
        var id = teller?.NextId();
        hit = default;
        var record = ArrayPool<byte>.Shared.Rent(RecordOutput.RecordBytes);
        if (!hits.TryAnswer(request, id, record, out var answer))
        {
            ArrayPool<byte>.Shared.Return(record);
            return false;
        }

        hit = new Hit(answer, record, began, sample, id is null ? null : teller!.EntryOf(id, request, answer));
        return true;
    }

    /// <summary>Sends it; false when the client is gone.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendAsync(Hit hit)
    {
        var (answer, isWhole, entry) = (hit.Answer, false, hit.Entry);
        sentTo = answer.Start;
        try
        {
            // A connection that ended between two records would cut it short.
            if (!serverInput.Hold())
            {
                hits.NoteUntaken(answer, answer.End - answer.Start);
                return false;
            }

            var used = answer.HeadLength + Gather(answer, hit.Record.AsSpan(answer.HeadLength, RecordOutput.RecordBytes - answer.HeadLength));
            await stream.WriteAsync(hit.Record.AsMemory(0, used));
            if (hit.Sample != 0) hits.EndSample(hit.Sample, answer);
            if (entry is { } begun) entry = begun with { FirstByte = hits.Since(hit.Began) };
            sentTo += used - answer.HeadLength;
            hits.NoteUntaken(answer, answer.End - sentTo);
            if (sentTo < answer.End) await SendRestAsync(answer);
            isWhole = sentTo == answer.End && !socket.IsGone;
            return isWhole;
        }
        finally
        {
            answer.Stored.Release();
            ArrayPool<byte>.Shared.Return(hit.Record);
            if (entry is { } ended) teller!.Tell(ended, hit.Began, sentTo - answer.Start, isWhole);
            socket.NoteUse();
            serverInput.Release();
        }
    }

    /// <summary>Copies as much of the body as there is room for, and in memory; answers how much that was.</summary>
    private static int Gather(in PlainAnswer answer, Span<byte> room)
    {
        var copied = 0;
        while (copied < room.Length && answer.Start + copied < answer.End
            && answer.Stored.TryRead(answer.Start + copied, Math.Min(answer.End, answer.Start + room.Length), out var piece))
        {
            using (piece) piece.Span.CopyTo(room[copied..]);
            copied += piece.Length;
        }

        return copied;
    }

    /// <summary>Sends the rest from where it lies.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(PlainAnswer answer)
    {
        route = answer.Route;
        using var reader = answer.Stored.OpenFor(sentTo, answer.End, asker ??= SourceOf);
        var turn = sentTo + TurnBytes;
        while (sentTo < answer.End && !socket.IsGone)
        {
            using (var piece = await reader.ReadAsync(CancellationToken.None))
            {
                if (piece.Length == 0) return;
                await stream.WriteAsync(piece.Memory);
                hits.NoteUntaken(answer, -piece.Length);
                sentTo += piece.Length;
            }

            if (sentTo < turn) continue;
            turn = sentTo + TurnBytes;
            await Task.Yield();
        }
    }

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
            var count = await stream.ReadAsync(input.Writer.GetMemory(ClientConnection.BufferBytes));
            if (count == 0) return false;
            input.Writer.Advance(count);
            if ((await input.Writer.FlushAsync()).IsCompleted) return false;
        }
    }

    private FillSource SourceOf(CachedObject stored) => hits.SourceOf(stored, route!, request, socket.RemoteEndPoint);

    /// <summary>A hit that is being answered.</summary>
    /// <param name="Answer">What to send.</param>
    /// <param name="Record">Rented; begins with the head.</param>
    /// <param name="Began">When, where that is told.</param>
    /// <param name="Sample">When, where it is one of those measured; else 0.</param>
    /// <param name="Entry">What is told of it; null for nothing.</param>
    private readonly record struct Hit(PlainAnswer Answer, byte[] Record, long Began, long Sample, HitEntry? Entry);
}
