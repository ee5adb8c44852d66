using System.Buffers;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Origins;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Hands an origin's answer to one client, past the cache.</summary>
internal static class PassThrough
{
    private const int PieceBytes = 64 << 10;

    public static async Task SendAsync(HttpContext context, OriginResponse answer, Verdict verdict, EdgeCounters counters)
    {
        await using var owned = answer;
        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var group in answer.Headers.GroupBy(line => line.Key, StringComparer.OrdinalIgnoreCase))
            response.Headers[group.Key] = group.Select(line => line.Value).ToArray();
        StatusFields.Write(response.Headers, verdict);
        var hasBody = !HttpMethods.IsHead(context.Request.Method) && answer.Status is not (204 or 304);
        if (hasBody && answer.BodyLength is { } length) response.ContentLength = length;
        if (answer.Status == 204) response.ContentLength = null;
        counters.Count(verdict.Outcome, 0);
        counters.CountError(answer.Status);
        if (!hasBody) return;
        try
        {
            // Of a stream of events the head must not wait for the first one.
            if (answer.BodyLength is null) await response.Body.FlushAsync(context.RequestAborted);
            await CopyAsync(answer.Body, response.Body, bytes => counters.CountSent(verdict.Outcome, bytes), context.RequestAborted);
            if (answer.Trailers is { } trailers && response.SupportsTrailers())
                foreach (var (name, value) in trailers()) response.AppendTrailer(name, value);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; or it is there, and an app's limit of the time has passed: it is not to take a part for the whole.
            context.Abort();
        }
        catch (IOException) when (response.HasStarted)
        {
            context.Abort();
            throw;
        }
    }

    /// <summary>Copies a body that ends when it ends, and tells of each piece.</summary>
    private static async Task CopyAsync(Stream from, Stream to, Action<int> sent, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int count; (count = await from.ReadAsync(buffer, cancellation)) > 0; sent(count)) await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
