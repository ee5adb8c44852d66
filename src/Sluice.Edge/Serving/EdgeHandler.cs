using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Core.Flights;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Telemetry;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Purging;
using Sluice.Edge.Ranges;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>Answers every request that the hit path does not: misses, refreshes, other methods, refusals.</summary>
internal sealed partial class EdgeHandler(EdgeParts parts, ILogger<EdgeHandler> logger)
{
    private const int MaximumAttempts = 4;
    private const int RememberedUncacheable = 10_000;
    private readonly FlightTable<FetchResult> flights = new();
    private readonly ConcurrentDictionary<string, byte> uncacheable = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        // Off the socket's thread: from here on there is waiting.
        await Task.Yield();
        if (RequestFraming.Flaw(context.Request) is { } flaw)
        {
            await Refusal.SendAsync(context, 400, "Bad framing.", flaw, parts.Counters);
            context.Response.Headers.Connection = "close";
            return;
        }

        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (raw == "*" && HttpMethods.IsOptions(context.Request.Method)) raw = "/";
        if (!RequestTarget.TryParse(raw, out var target, out var reason))
        {
            await Refusal.SendAsync(context, raw.Length > RequestTarget.MaximumLength ? 414 : 400, "Bad request target.", reason, parts.Counters);
            return;
        }

        if (PurgeMethod.Is(context.Request.Method))
        {
            await parts.Purge.HandleAsync(context, target);
            return;
        }

        if (parts.Forwarding.IsLoop(context.Request))
        {
            await Refusal.SendAsync(context, 508, "Loop detected.", "This server was asked for what it is asking for (Via): one of its origins leads back to it.", parts.Counters);
            return;
        }

        if (parts.Routes.Match(target.Path) is not { } route)
        {
            await Refusal.SendAsync(context, 404, "No route.", "No route is configured for this path.", parts.Counters);
            return;
        }

        try
        {
            if (!ProxyHandler.Takes(context, route)) await ServeAsync(context, route, target);
            else await parts.Proxy.HandleAsync(context, route, target);
        }
        catch (OriginException failure)
        {
            LogOriginFailure(target.Path, failure.Message);
            await Refusal.SendAsync(context, failure, parts.Counters);
        }
        catch (ObjectChangedException changed)
        {
            LogOriginFailure(target.Path, changed.Message);
            await Refusal.SendAsync(context, 502, "The object keeps changing.", changed.Message, parts.Counters);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
    }

    private async Task ServeAsync(HttpContext context, ActiveRoute route, RequestTarget target)
    {
        var text = target.Text;
        for (var attempt = 1; ; attempt++)
        {
            var stored = route.Scope.FindStored(text) is { } slot ? VarySelection.Find(slot, context.Request.Headers) : null;
            if (stored is { IsServable: false })
            {
                ObjectCache.Remove(stored);
                stored = null;
            }

            try
            {
                if (await TryServeStoredAsync(context, route, text, stored)) return;
                if (await TryFetchAsync(context, route, text, stored)) return;
            }
            catch (ObjectChangedException) when (!context.Response.HasStarted && attempt < MaximumAttempts)
            {
                // Nothing was sent yet: the next look finds the new version or fetches it.
                context.Response.Clear();
            }
        }
    }

    private async Task<bool> TryServeStoredAsync(HttpContext context, ActiveRoute route, string target, CachedObject? stored)
    {
        if (stored is null) return false;
        switch (ReusePolicy.Evaluate(stored.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            case Reuse.Fresh:
                await parts.Responder.SendAsync(context, route, stored, HoldsAnswer(context, stored) ? Verdict.Hit : new(stored.IsFilling ? Outcome.Coalesced : Outcome.Miss, "partial", true));
                return true;
            case Reuse.StaleWhileRevalidate:
                RefreshBehind(context, route, target, stored);
                await parts.Responder.SendAsync(context, route, stored, new(Outcome.Stale));
                return true;
            case Reuse.StaleAllowed:
                await parts.Responder.SendAsync(context, route, stored, new(Outcome.Stale));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Fetches or confirms the object and answers with it; false to look into the cache again.</summary>
    private async Task<bool> TryFetchAsync(HttpContext context, ActiveRoute route, string target, CachedObject? stored)
    {
        var asked = ReusePolicy.Read(context.Request.Headers.CacheControl);
        if (asked.Has(CacheDirectives.OnlyIfCached))
        {
            await Refusal.SendAsync(context, 504, "Not cached.", "The request asked for a stored answer only, and there is none that may be used.", parts.Counters);
            return true;
        }

        var plan = FetchPlan.Make(context, route, target, stored, parts);
        using var span = Tracing.Begin("flight");
        FetchResult result;
        var isLeader = true;
        FlightTicket<FetchResult>? ticket = null;
        try
        {
            if (plan.IsShareable && !uncacheable.ContainsKey(plan.FlightName))
            {
                // Another flight may have landed since the look into the cache: then there is nothing left to fetch.
                ticket = flights.Join(plan.FlightName, stop => IsFreshNow(context, route, target) ? Task.FromResult(new FetchResult()) : FetchAsync(plan, false, stop), out isLeader);
                span?.SetTag("sluice.leader", isLeader);
                result = await ticket.Result.WaitAsync(context.RequestAborted);
            }
            else result = await FetchAsync(plan, false, context.RequestAborted);
        }
        catch (OriginException failure) when (stored is not null && ReusePolicy.AllowsStaleOnError(stored.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            ticket?.Dispose();
            LogStaleServed(route.Origin.Name, failure.Message);
            await parts.Responder.SendAsync(context, route, stored, new(Outcome.Stale, "stale", Detail: "origin " + failure.Failure.ToString().ToLowerInvariant()));
            return true;
        }
        catch (OriginException)
        {
            ticket?.Dispose();
            throw;
        }

        using (ticket)
        {
            try
            {
                return await AnswerAsync(context, route, plan, result, isLeader);
            }
            finally
            {
                if (ticket is null) result.Dispose();
            }
        }
    }

    private bool IsFreshNow(HttpContext context, ActiveRoute route, string target) =>
        route.Scope.Find(target) is { } slot && VarySelection.Find(slot, context.Request.Headers) is { IsServable: true } found
        && ReusePolicy.Evaluate(found.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()) == Reuse.Fresh;

    private async Task<FetchResult> FetchAsync(FetchPlan plan, bool behind, CancellationToken cancellation)
    {
        var result = await parts.Fetcher.FetchAsync(plan.Context, plan.Request, plan.Stale, plan.Wanted, behind, cancellation);
        // Those who come for it next need not queue up behind one another (a lesson of every cache with a lock).
        if (result.Object is null && result.Reason is not ("head" or "range" or "error" or "condition of the client") && uncacheable.Count < RememberedUncacheable)
            uncacheable.TryAdd(plan.FlightName, 0);
        else if (result.Object is not null) uncacheable.TryRemove(plan.FlightName, out _);
        return result;
    }

    private async Task<bool> AnswerAsync(HttpContext context, ActiveRoute route, FetchPlan plan, FetchResult result, bool isLeader)
    {
        var forwarded = plan.Forwarded;
        if (result.Object is { } brought)
        {
            if (!isLeader && !VarySelection.Matches(brought.Metadata, context.Request.Headers)) return false;
            var verdict = result.IsRevalidated ? new Verdict(Outcome.Revalidated, forwarded, result.IsStored)
                : isLeader ? new(Outcome.Miss, forwarded, result.IsStored, result.Reason)
                : new(Outcome.Coalesced, forwarded, result.IsStored);
            var responding = parts.Responder.SendAsync(context, route, brought, verdict, isLeader && !result.IsRevalidated ? result.Headers : null);
            // Its reader is open by now and keeps the fill wanted; the pin would only hold the fill back.
            result.Pin?.Dispose();
            await responding;
            return true;
        }

        if (plan.Stale is { } stale && result.Status is 500 or 502 or 503 or 504
            && ReusePolicy.AllowsStaleOnError(plan.Stale!.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            await parts.Responder.SendAsync(context, route, plan.Stale, new(Outcome.Stale, "stale", Detail: $"origin answered {result.Status}"));
            return true;
        }

        if (result.TakeResponse() is not { } answer) return false;
        await PassThrough.SendAsync(context, answer, new(Outcome.Miss, forwarded, false, result.Reason), parts.Counters);
        return true;
    }

    private void RefreshBehind(HttpContext context, ActiveRoute route, string target, CachedObject stored)
    {
        var plan = FetchPlan.Make(context, route, target, stored, parts);
        var ticket = flights.Join(plan.FlightName, stop => FetchAsync(plan, true, stop), out var isLeader);
        if (isLeader) _ = FinishBehindAsync(ticket, route);
        else ticket.Dispose();
    }

    private async Task FinishBehindAsync(FlightTicket<FetchResult> ticket, ActiveRoute route)
    {
        using (ticket)
        {
            try
            {
                var result = await ticket.Result;
                await parts.Fetcher.PublishAsync(result);
            }
            catch (IOException failure)
            {
                LogStaleServed(route.Origin.Name, failure.Message);
            }
        }
    }

    private static bool HoldsAnswer(HttpContext context, CachedObject stored)
    {
        if (HttpMethods.IsHead(context.Request.Method)) return true;
        if (stored.Metadata.Length is not { } length) return false;
        if (context.Request.Headers.Range.Count > 0 && RangeSelection.Select(context.Request.Headers.Range, length) is { } wanted)
            return wanted.All(part => stored.Holds(part.Start, part.End));
        return stored.Holds(0, length);
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Path}: {Reason}")]
    private partial void LogOriginFailure(string path, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "Serving stale: origin {Origin}: {Reason}")]
    private partial void LogStaleServed(string origin, string reason);
}
