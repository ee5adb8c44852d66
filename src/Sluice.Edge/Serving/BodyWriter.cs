using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Writes a stretch of an object's body to the client.</summary>
internal static class BodyWriter
{
    /// <summary>Up to here head and body are cheaper in one call than the body is in one piece.</summary>
    private const long SmallBytes = 32 << 10;

    /// <summary>What is under way to one client at most, beside what the kernel holds: a thousand slow viewers then cost 128 MB.</summary>
    private const int WriteBytes = 128 << 10;

    /// <summary>The first piece is small: in a herd everybody has it before anybody gets much.</summary>
    private const int FirstBytes = 16 << 10;

    /// <summary>Writes it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stored">The object.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="end">The one after the last; more than there are for a body whose length is not known yet.</param>
    /// <param name="asker">On whose behalf missing chunks are asked for.</param>
    /// <param name="counters">Are told of each piece that was sent.</param>
    /// <param name="outcome">What it was counted as.</param>
    public static Task WriteAsync(HttpContext context, CachedObject stored, long start, long end, Asker asker, EdgeCounters counters, Outcome outcome)
    {
        // What fits beside the head goes out with it in one call.
        if (end - start <= SmallBytes && stored.TryRead(start, end, out var piece))
        {
            if (start + piece.Length == end) return WriteSmall(context, piece);
            piece.Dispose();
        }

        return WriteLargeAsync(context, stored, start, end, asker, counters, outcome);
    }

    private static Task WriteSmall(HttpContext context, BodyPiece piece)
    {
        ValueTask<FlushResult> write;
        try
        {
            write = context.Response.BodyWriter.WriteAsync(piece.Memory);
        }
        catch
        {
            piece.Dispose();
            throw;
        }

        if (!write.IsCompletedSuccessfully) return FinishAsync(write, piece);
        piece.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>A server has copied the bytes by now. The stream that an app's middleware has put before it (compression, a limit of its rate) may not have looked at them yet.</summary>
    private static async Task FinishAsync(ValueTask<FlushResult> write, BodyPiece piece)
    {
        using (piece) await write;
    }

    private static async Task WriteLargeAsync(HttpContext context, CachedObject stored, long start, long end, Asker asker, EdgeCounters counters, Outcome outcome)
    {
        using var reader = stored.OpenFor(start, end, asker.SourceOf);
        var writer = context.Response.BodyWriter;
        var (most, inMemory) = (FirstBytes, stored.InMemory(start));
        // Of a length that is not known nothing was counted.
        if (end != long.MaxValue) counters.CountUntaken(outcome, inMemory, end - start);
        try
        {
            while (reader.Position < end)
            {
                int sent;
                // Only a read that waits needs to hear of a client that leaves: listening costs an allocation.
                using (var piece = reader.TryRead(most, out var held) ? held : await reader.ReadAsync(most, context.RequestAborted))
                {
                    if (piece.Length == 0) return;
                    if (!context.Response.HasStarted) await context.Response.StartAsync();
                    // One stretch of memory for the whole piece: the server's own blocks of 4 KiB cost as much again as the bytes.
                    piece.Span.CopyTo(writer.GetSpan(piece.Length));
                    writer.Advance(piece.Length);
                    sent = piece.Length;
                }

                if ((await writer.FlushAsync()).IsCompleted)
                {
                    // The client is gone. Over HTTP/2 the server may not have said so to itself yet, and would take what is missing for a fault.
                    context.Abort();
                    return;
                }

                counters.CountUntaken(outcome, inMemory, -sent);
                most = WriteBytes;
                // The next one's turn.
                await Task.Yield();
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; or it is there, and an app's limit of the time has passed: it is not to take a part for the whole.
            context.Abort();
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            // The head promised more: the only honest end is a broken connection.
            context.Abort();
            throw;
        }
    }
}
