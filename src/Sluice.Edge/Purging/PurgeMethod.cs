using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Edge.Requests;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Purging;

/// <summary>The PURGE method on the edge, as users of nginx, Squid and Varnish know it: takes its path out of the cache with all variants, and answers the receipt.</summary>
internal sealed class PurgeMethod(ObjectCache cache, Func<string, string> nameOf, PurgeAccess access, EdgeCounters counters)
{
    public static bool Is(string method) => method == "PURGE";

    public async Task HandleAsync(HttpContext context, RequestTarget target)
    {
        if (!access.IsOpen)
        {
            await Refusal.SendAsync(context, 405, "Method not allowed.", "Purging by method is switched off here.", counters, allow: "GET, HEAD, OPTIONS");
            return;
        }

        if (!access.Allows(context))
        {
            await Refusal.SendAsync(context, 403, "Not allowed.", "PURGE is not allowed from this address.", counters);
            return;
        }

        if (PurgeField.Read(context.Request.Headers[PurgeField.Name], target, out var reason) is not { } purge)
        {
            await Refusal.SendAsync(context, 400, "The purge is not clear.", reason, counters);
            return;
        }

        PurgeReceipt receipt;
        try
        {
            receipt = await cache.PurgeAsync(purge.Kind == PurgeKind.Url ? purge with { Value = nameOf(purge.Value) } : purge, context.RequestAborted);
        }
        catch (IOException e)
        {
            await Refusal.SendAsync(context, 503, "The purge could not be written down.", e.Message, counters);
            return;
        }

        counters.Count(Outcome.Bypass, 0);
        var body = JsonSerializer.SerializeToUtf8Bytes(receipt, PurgeJson.Default.PurgeReceipt);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
