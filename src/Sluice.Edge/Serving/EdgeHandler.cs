using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Core.Flights;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Telemetry;
using Sluice.Edge.Conditional;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Playback;
using Sluice.Edge.Purging;
using Sluice.Edge.Ranges;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Answers every request that the hit path does not: misses, refreshes, other methods, refusals.</summary>
internal sealed partial class EdgeHandler(EdgeParts parts, ILogger<EdgeHandler> logger)
{
    private const int MaximumAttempts = 4;
    private readonly FlightTable<FetchResult> flights = parts.Flights;
    private readonly SourceReader sources = new(parts.Fetcher, parts.Flights, parts.ChunkSize, parts.Time);
    private readonly KnownUncacheable uncacheable = new();
    private readonly ConcurrentDictionary<string, byte> refreshing = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        // Off the socket's thread: from here on there is waiting.
        await Task.Yield();
        if (RequestFraming.Flaw(context.Request) is { } flaw)
        {
            // Nobody knows where the next request begins (RFC 9112 section 6.1).
            context.Response.OnStarting(CloseAsync, context.Response);
            await Refusal.SendAsync(context, 400, "Bad framing.", flaw, parts.Counters);
            return;
        }

        ExpectedBody.Watch(context);
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
            // A page of another site asks first whether it may (OPTIONS), and cannot show a token then; but what asks for a tunnel is no such question.
            if (route.Route.Playback is not null && (!HttpMethods.IsOptions(context.Request.Method) || UpgradeRequest.Read(context) is not null))
                await PrivateRoute.ServeAsync(context, route, target, parts.Counters, shared => AnswerAsync(context, route, shared));
            else await AnswerAsync(context, route, PrivateRoute.SharedPart(route, target));
        }
        catch (OriginException failure)
        {
            LogFailure(context, target.Path, failure.Message);
            await Refusal.SendAsync(context, failure, parts.Counters, route.Policy.AllowOrigin);
        }
        catch (ObjectChangedException changed)
        {
            LogFailure(context, target.Path, changed.Message);
            await Refusal.SendAsync(context, 502, "The object keeps changing.", changed.Message, parts.Counters, allowOrigin: route.Policy.AllowOrigin);
        }
        catch (IOException failure) when (failure is BadHttpRequestException or { InnerException: OverflowException })
        {
            // The client's body is no HTTP, too large or too slow; of a chunk that is larger than any number the server says so in its own way.
            context.Response.OnStarting(CloseAsync, context.Response);
            await Refusal.SendAsync(context, (failure as BadHttpRequestException)?.StatusCode ?? 400, "Bad request body.", failure.Message, parts.Counters);
        }
        catch (IOException failure) when (failure.InnerException is SocketException && !context.Response.HasStarted)
        {
            // Reading its body tells that the client has gone, often before the request does.
            Leave(context, ProxyHandler.Takes(context, route));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) Leave(context, ProxyHandler.Takes(context, route));
        }
    }

    /// <summary>
    /// The client is gone, who had waited for an answer: with a slow origin these are the ones for whom it was too slow, and numbers without them would say that all is well.
    /// Nobody sees the status but the log; it is the one that nginx writes there.
    /// </summary>
    private void Leave(HttpContext context, bool isProxied)
    {
        var verdict = new Verdict(isProxied ? Outcome.Bypass : Outcome.Miss);
        parts.Counters.Count(verdict.Outcome, 0);
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        StatusFields.Write(context.Response.Headers, verdict);
    }

    private static Task CloseAsync(object response)
    {
        // Over HTTP/2 it is one stream that is wrong, not the connection.
        if (response is HttpResponse { HttpContext.Request.Protocol: var protocol } wrong && !HttpProtocol.IsHttp2(protocol)) wrong.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    private Task AnswerAsync(HttpContext context, ActiveRoute route, RequestTarget target) =>
        ProxyHandler.Takes(context, route) ? parts.Proxy.HandleAsync(context, route, target) : ServeAsync(context, route, route.Shorten(target));

    private async Task ServeAsync(HttpContext context, ActiveRoute route, RequestTarget target)
    {
        if (route.Variants is not { } variants || (target.Query.Length == 0 && !variants.Transform.ChoosesAlways && !variants.Transform.IsVariant(target.Path)) || !await TryServeVariantAsync(context, route, variants, target))
            await ServeAsync(context, new Asked(route, route.NameOf(target.Text)));
    }

    private async Task ServeAsync(HttpContext context, Asked asked)
    {
        LookAhead(context, asked);
        for (var attempt = 1; ; attempt++)
        {
            var stored = VarySelection.Find(asked.Route.Scope.FindStored(asked.Target), context.Request.Headers);
            if (stored is not null && !IsUsable(asked.Route, stored))
            {
                ObjectCache.Remove(stored);
                stored = null;
            }

            if (asked.SkipsCache || (asked.Variant is { SkipsStore: true } && stored?.InMemory(0) != true)) stored = null;
            try
            {
                if (await TryServeStoredAsync(context, asked, stored)) return;
                if (await TryFetchAsync(context, asked, stored)) return;
            }
            catch (IOException changed) when (changed is ObjectChangedException or OriginException { Failure: OriginFailure.Changed } && !context.Response.HasStarted && attempt < MaximumAttempts)
            {
                // Nothing was sent yet: the next look finds the new version or fetches it.
                context.Response.Clear();
            }
            catch (ObjectChangedException) when (!context.Response.HasStarted && asked.Variant is { FallsBack: true })
            {
                // One that has another tag at each of its servers can still be sent as it is.
                context.Response.Clear();
                await SendOriginalAsync(context, asked, 502, new HeaderList { { OriginalInstead.ReasonField, "the source keeps changing" } });
                return;
            }
            catch (OriginException failure) when (failure.Refusal is null && !context.Response.HasStarted && asked.Variant is null && FindWhole(context, asked) is { } former)
            {
                context.Response.Clear();
                await SendStaleAsync(context, asked, former, failure);
                return;
            }
        }
    }

    /// <summary>The object that is back in its place since the body of its successor broke off, where it may stand in.</summary>
    private CachedObject? FindWhole(HttpContext context, Asked asked) =>
        VarySelection.Find(asked.Route.Scope.FindStored(asked.Target), context.Request.Headers) is { Metadata: { Length: { } length, Freshness: var freshness } } found
        && found.Holds(0, length) && ReusePolicy.AllowsStaleOnError(freshness, context.Request.Headers, parts.Time.GetUtcNow()) ? found : null;

    private Task SendStaleAsync(HttpContext context, Asked asked, CachedObject stored, OriginException failure)
    {
        LogStaleServed(asked.Route.Origin.Name, failure.Message);
        return SendAsync(context, asked, stored, new(Outcome.Stale, "stale", Detail: "origin " + failure.Failure.ToString().ToLowerInvariant()));
    }

    private static bool IsUsable(ActiveRoute route, CachedObject stored) =>
        // In this order: what is no longer arriving is here.
        stored.IsServable && (!route.IsMadeAnew || stored.IsFilling || (stored.Metadata.Length is { } length && stored.Holds(0, length)));

    private Reuse Judge(HttpContext context, Asked asked, CachedObject stored)
    {
        var reuse = ReusePolicy.Evaluate(stored.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow());
        return asked.Originals?.Variants is { } variants ? variants.Judge(stored, asked.Variant!.Recipe, reuse) : reuse;
    }

    private async Task<bool> TryServeStoredAsync(HttpContext context, Asked asked, CachedObject? stored)
    {
        if (stored is null) return false;
        // Looked at first: what no longer arrives after that is here.
        var isFilling = stored.IsFilling;
        var holdsAnswer = HoldsAnswer(context, asked, stored);
        // Missing bytes are the origin's to give, as all of it would be.
        if (!holdsAnswer && !isFilling && ReusePolicy.Read(context.Request.Headers.CacheControl).Has(CacheDirectives.OnlyIfCached)) return false;
        switch (Judge(context, asked, stored))
        {
            case Reuse.Fresh:
                asked.Originals?.Variants?.Renew(stored, parts.Time.GetUtcNow());
                await SendAsync(context, asked, stored, holdsAnswer ? Verdict.Hit : new(isFilling ? Outcome.Coalesced : Outcome.Miss, "partial", true));
                return true;
            case Reuse.StaleWhileRevalidate:
                RefreshBehind(context, asked, stored);
                await SendAsync(context, asked, stored, new(Outcome.Stale));
                return true;
            case Reuse.StaleAllowed:
                await SendAsync(context, asked, stored, new(Outcome.Stale));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Fetches or confirms the object and answers with it; false to look into the cache again.</summary>
    private async Task<bool> TryFetchAsync(HttpContext context, Asked asked, CachedObject? stored)
    {
        if (ReusePolicy.Read(context.Request.Headers.CacheControl).Has(CacheDirectives.OnlyIfCached))
        {
            await Refusal.SendAsync(context, 504, "Not cached.", "The request asked for a stored answer only, and there is none that may be used.", parts.Counters);
            return true;
        }

        var plan = PlanFetch(context, asked, stored);
        using var span = Tracing.Begin("flight");
        FetchResult result;
        var isLeader = true;
        var came = parts.Cache.Fence;
        FlightTicket<FetchResult>? ticket = null;
        try
        {
            if (plan.IsShareable && (asked.Variant is not null || !uncacheable.Contains(plan.FlightName)))
            {
                // Another flight may have landed since the look into the cache: then there is nothing left to fetch.
                ticket = flights.Join(plan.FlightName, stop => !asked.IsAnew && IsFreshNow(context, asked) ? Task.FromResult(new FetchResult()) : FetchAsync(plan, false, stop), out isLeader);
                span?.SetTag("sluice.leader", isLeader);
                result = await ticket.Result.WaitAsync(context.RequestAborted);
            }
            else result = await FetchAsync(plan, false, context.RequestAborted);
        }
        catch (OriginException failure) when (stored is not null && ReusePolicy.AllowsStaleOnError(stored.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            ticket?.Dispose();
            await SendStaleAsync(context, asked, stored, failure);
            return true;
        }
        catch
        {
            // Where it is the client who left as well: a flight ends when nobody holds a ticket of it any more.
            ticket?.Dispose();
            throw;
        }

        using (ticket)
        {
            // It began before a purge that took what it brings, and this request came after that.
            if (!isLeader && result is { Object.IsDetached: true } && result.Fence < came) return false;
            try
            {
                return await AnswerAsync(context, asked, plan, result, isLeader);
            }
            finally
            {
                if (ticket is null) result.Dispose();
            }
        }
    }

    private bool IsFreshNow(HttpContext context, Asked asked) =>
        VarySelection.Find(asked.Route.Scope.FindStored(asked.Target), context.Request.Headers) is { } found
        && IsUsable(asked.Route, found) && Judge(context, asked, found) == Reuse.Fresh;

    private async Task<FetchResult> FetchAsync(FetchPlan plan, bool behind, CancellationToken cancellation)
    {
        var result = await parts.Shared.FetchAsync(plan, behind, cancellation);
        // Those who come for it next need not queue up behind one another (a lesson of every cache with a lock).
        if (result.Object is null && result.Reason is not ("head" or "range" or "error" or "condition of the client" or "ahead")) uncacheable.Add(plan.FlightName);
        else if (result.Object is not null) uncacheable.Remove(plan.FlightName);
        return result;
    }

    private async Task<bool> AnswerAsync(HttpContext context, Asked asked, FetchPlan plan, FetchResult result, bool isLeader)
    {
        var forwarded = plan.Forwarded;
        if (result.Object is { } brought)
        {
            if (!isLeader && !VarySelection.Matches(brought.Metadata, context.Request.Headers)) return false;
            var verdict = asked.SkipsCache ? new Verdict(Outcome.Bypass, "bypass", result.IsStored)
                : result.IsShared ? Verdict.Hit
                : result.IsRevalidated ? new Verdict(Outcome.Revalidated, forwarded, result.IsStored)
                : isLeader ? new(Outcome.Miss, forwarded, result.IsStored, result.Reason)
                : new(Outcome.Coalesced, forwarded, result.IsStored);
            var responding = SendAsync(context, asked, brought, verdict, isLeader && !result.IsRevalidated ? result.Headers : null);
            // Its reader is open by now and keeps the fill wanted; the pin would only hold the fill back.
            result.Pin?.Dispose();
            await responding;
            return true;
        }

        if (plan.Stale is { } stale && result.Status is 500 or 502 or 503 or 504
            && ReusePolicy.AllowsStaleOnError(plan.Stale!.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            await SendAsync(context, asked, plan.Stale, new(Outcome.Stale, "stale", Detail: $"origin answered {result.Status}"));
            return true;
        }

        if (result.TakeResponse() is not { } answer) return false;
        if (IsForOriginal(asked, answer.Status))
        {
            await using (answer) await SendOriginalAsync(context, asked, answer.Status, answer.Headers);
            return true;
        }

        await parts.Unstored.SendAsync(context, plan, answer, new(Outcome.Miss, forwarded, false, result.Reason));
        return true;
    }

    private void RefreshBehind(HttpContext context, Asked asked, CachedObject stored)
    {
        var plan = PlanFetch(context, asked, stored);
        // The flight ends with the head of the answer, the refresh once that is in place: whoever comes in between must not begin another.
        if (!refreshing.TryAdd(plan.FlightName, 0)) return;
        if (!asked.IsAnew && IsFreshNow(context, asked))
        {
            refreshing.TryRemove(plan.FlightName, out _);
            return;
        }

        var ticket = flights.Join(plan.FlightName, stop => FetchAsync(plan, true, stop), out var isLeader);
        if (isLeader) _ = FinishBehindAsync(ticket, plan.FlightName, asked.Route);
        else
        {
            ticket.Dispose();
            refreshing.TryRemove(plan.FlightName, out _);
        }
    }

    private async Task FinishBehindAsync(FlightTicket<FetchResult> ticket, string name, ActiveRoute route)
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
                LogStaleServed(route.Origin.Name, failure.Message);
            }
            finally
            {
                refreshing.TryRemove(name, out _);
            }
        }
    }

    private static bool HoldsAnswer(HttpContext context, Asked asked, CachedObject stored)
    {
        if (HttpMethods.IsHead(context.Request.Method)) return true;
        var (headers, head) = (context.Request.Headers, RenderedHead.Of(stored, asked.Route));
        // Without a body: 304 or 412.
        if (stored.Metadata.Status is >= 200 and < 300 && Preconditions.Evaluate(headers, head) != 0) return true;
        if (stored.Metadata.Length is not { } length) return false;
        if (stored.Metadata.Status == 200 && headers.Range.Count > 0 && Preconditions.RangeApplies(headers, head) && RangeSelection.Select(headers.Range, length) is { } wanted)
            return wanted.All(part => stored.Holds(part.Start, part.End));
        return stored.Holds(0, length);
    }

    private void LogFailure(HttpContext context, string path, string reason)
    {
        if (context.Response.HasStarted) LogCutShort(path, reason);
        else LogOriginFailure(path, reason);
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Path}: {Reason}")]
    private partial void LogOriginFailure(string path, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "{Path} was cut short: {Reason}")]
    private partial void LogCutShort(string path, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "Serving stale: origin {Origin}: {Reason}")]
    private partial void LogStaleServed(string origin, string reason);
}
