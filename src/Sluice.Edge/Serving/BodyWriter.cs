using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;

namespace Sluice.Edge.Serving;

/// <summary>Writes a stretch of an object's body to the client.</summary>
internal static class BodyWriter
{
    public static Task WriteAsync(HttpContext context, CachedObject stored, long start, long end, FillSource source)
    {
        if (stored.TryRead(start, end, out var piece))
        {
            var write = context.Response.BodyWriter.WriteAsync(piece.Memory);
            if (start + piece.Length == end)
            {
                if (!write.IsCompletedSuccessfully) return FinishAsync(write, piece);
                piece.Dispose();
                return Task.CompletedTask;
            }

            return WriteRestAsync(context, stored, write, piece, (start, end), source);
        }

        return WriteRestAsync(context, stored, default, default, (start, end), source);
    }

    private static async Task FinishAsync(ValueTask<System.IO.Pipelines.FlushResult> write, BodyPiece piece)
    {
        try
        {
            await write;
        }
        finally
        {
            piece.Dispose();
        }
    }

    private static async Task WriteRestAsync(
        HttpContext context, CachedObject stored, ValueTask<System.IO.Pipelines.FlushResult> first, BodyPiece piece, (long Start, long End) range, FillSource source)
    {
        using var reader = stored.Open(range.Start + piece.Length, range.End, source);
        var writer = context.Response.BodyWriter;
        try
        {
            try
            {
                if ((await first).IsCompleted) return;
            }
            finally
            {
                piece.Dispose();
            }

            while (reader.Position < range.End)
            {
                using var next = await reader.ReadAsync(context.RequestAborted);
                if (next.Length == 0) return;
                // The client is gone.
                if ((await writer.WriteAsync(next.Memory)).IsCompleted) return;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            // The head promised more: the only honest end is a broken connection.
            context.Abort();
            throw;
        }
    }
}
