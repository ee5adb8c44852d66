using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Core.Flights;
using Sluice.Core.Objects;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>Fetches or confirms behind an answer what was served stale (RFC 5861 section 3): one at a time for each object.</summary>
internal sealed partial class BackgroundRefresh(EdgeParts parts, ObjectFetches fetches, ILogger logger)
{
    private readonly ConcurrentDictionary<string, byte> refreshing = new(StringComparer.Ordinal);

    /// <summary>Begins, unless it is under way.</summary>
    public void Begin(HttpContext context, Asked asked, CachedObject stored)
    {
        var plan = fetches.Plan(context, asked, stored);
        // The flight ends with the head of the answer, the refresh once that is in place: whoever comes in between must not begin another.
        if (!refreshing.TryAdd(plan.FlightName, 0)) return;
        if (!asked.IsAnew && asked.IsFresh(context.Request.Headers, parts.Time.GetUtcNow()))
        {
            refreshing.TryRemove(plan.FlightName, out _);
            return;
        }

        var ticket = fetches.Join(plan with { Context = plan.Context with { IsBehind = true } }, out var isLeader);
        if (isLeader) _ = FinishAsync(ticket, plan.FlightName, asked.Route);
        else
        {
            ticket.Dispose();
            refreshing.TryRemove(plan.FlightName, out _);
        }
    }

    private async Task FinishAsync(FlightTicket<FetchResult> ticket, string name, ActiveRoute route)
    {
        using (ticket)
        {
            try
            {
                var result = await ticket.Result;
                await parts.Fetcher.PublishAsync(result, route);
            }
            catch (IOException failure)
            {
                LogNotRefreshed(route.Origin.Name, failure.Message);
            }
            finally
            {
                refreshing.TryRemove(name, out _);
            }
        }
    }

    [LoggerMessage(1002, LogLevel.Warning, "Serving stale: origin {Origin}: {Reason}")]
    private partial void LogNotRefreshed(string origin, string reason);
}
