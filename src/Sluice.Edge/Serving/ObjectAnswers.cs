using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Core.Flights;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Telemetry;
using Sluice.Edge.Conditional;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Ranges;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Answers requests for one object or variant: from the cache, confirmed, fetched, or stale.</summary>
internal sealed partial class ObjectAnswers(EdgeParts parts, ObjectFetches fetches, BackgroundRefresh refresh, Prefetcher prefetcher, ILogger logger)
{
    /// <summary>How often an object that changes while it is being read is looked for anew.</summary>
    internal const int MaximumAttempts = 4;

    /// <summary>How often one client waits for what turns out to be another's own.</summary>
    private const int MaximumWaits = 2;

    /// <summary>Who leaves after so long has waited for a part of a film, and will be back: players give up after ten seconds or more. Who seeks leaves at once.</summary>
    private static readonly TimeSpan Earnest = TimeSpan.FromSeconds(5);

    /// <summary>Answers with what is stored, or fetches it.</summary>
    /// <exception cref="OriginException">No origin gave an answer, and nothing stored may stand in.</exception>
    /// <exception cref="ObjectChangedException">It changed each time it was being read.</exception>
    public async Task ServeAsync(HttpContext context, Asked asked)
    {
        prefetcher.LookAhead(context, asked);
        var waits = 0;
        for (var attempt = 1; ; attempt++)
        {
            var stored = asked.Find(context.Request.Headers);
            if (stored is not null && !asked.IsUsable(stored))
            {
                ObjectCache.Remove(stored);
                stored = null;
            }

            if (asked.SkipsCache || (asked.Variant is { SkipsStore: true } && stored?.InMemory(0) != true)) stored = null;
            try
            {
                if (await TryServeStoredAsync(context, asked, stored)) return;
                if (await TryFetchAsync(context, asked, stored, isAlone: waits >= MaximumWaits)) return;
                waits++;
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
        asked.Find(context.Request.Headers) is { Metadata: { Length: { } length, Freshness: var freshness } } found
        && found.Holds(0, length) && ReusePolicy.AllowsStaleOnError(freshness, context.Request.Headers, parts.Time.GetUtcNow()) ? found : null;

    private Task SendStaleAsync(HttpContext context, Asked asked, CachedObject stored, OriginException failure)
    {
        LogStaleServed(asked.Route.Origin.Name, failure.Message);
        return SendAsync(context, asked, stored, new(Outcome.Stale, "stale", Detail: "origin " + failure.Failure.ToString().ToLowerInvariant()));
    }

    private async Task<bool> TryServeStoredAsync(HttpContext context, Asked asked, CachedObject? stored)
    {
        if (stored is null) return false;
        // Looked at first: what no longer arrives after that is here.
        var isFilling = stored.IsFilling;
        var holdsAnswer = HoldsAnswer(context, asked, stored);
        // Missing bytes are the origin's to give, as all of it would be.
        if (!holdsAnswer && !isFilling && ReusePolicy.Read(context.Request.Headers.CacheControl).Has(CacheDirectives.OnlyIfCached)) return false;
        switch (asked.Judge(stored, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            case Reuse.Fresh:
                asked.Originals?.Variants?.Renew(stored, parts.Time.GetUtcNow());
                await SendAsync(context, asked, stored, holdsAnswer ? Verdict.Hit : new(isFilling ? Outcome.Coalesced : Outcome.Miss, "partial", true));
                return true;
            case Reuse.StaleWhileRevalidate:
                refresh.Begin(context, asked, stored);
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
    /// <param name="context">The request.</param>
    /// <param name="asked">What it asks for.</param>
    /// <param name="stored">What is stored of it, and may not be used unasked.</param>
    /// <param name="isAlone">True for who has waited for others twice and got nothing of it, as where a slow origin fails: they would have its answers one after another.</param>
    private async Task<bool> TryFetchAsync(HttpContext context, Asked asked, CachedObject? stored, bool isAlone)
    {
        if (ReusePolicy.Read(context.Request.Headers.CacheControl).Has(CacheDirectives.OnlyIfCached))
        {
            await Refusal.SendAsync(context, 504, "Not cached.", "The request asked for a stored answer only, and there is none that may be used.", parts.Counters, allowOrigin: (asked.Originals ?? asked.Route).Policy.AllowOrigin);
            return true;
        }

        var plan = fetches.Plan(context, asked, stored);
        using var span = Tracing.Begin("flight");
        FetchResult result;
        var isLeader = true;
        var came = parts.Cache.Fence;
        var began = parts.Time.GetTimestamp();
        FlightTicket<FetchResult>? ticket = null;
        try
        {
            if (fetches.MayShare(asked, plan, isAlone))
            {
                ticket = fetches.Join(plan, out isLeader, () => !asked.IsAnew && asked.IsFresh(context.Request.Headers, parts.Time.GetUtcNow()));
                span?.SetTag("sluice.leader", isLeader);
                result = await ticket.Result.WaitAsync(context.RequestAborted);
            }
            else result = await fetches.FetchAsync(plan, context.RequestAborted);
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
            if (ticket is not null && asked.Variant is { Next: not null } && parts.Time.GetElapsedTime(began) >= Earnest) _ = FinishAsync(ticket);
            else ticket?.Dispose();
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

    /// <summary>A segment whose making takes longer than players wait would be begun anew each time they ask, and never be there.</summary>
    private static async Task FinishAsync(FlightTicket<FetchResult> ticket)
    {
        using (ticket)
        {
            try
            {
                var result = await ticket.Result;
                if (result.Object is not null) await result.CompleteAsync(CancellationToken.None);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // Who comes again is told.
            }
        }
    }

    private async Task<bool> AnswerAsync(HttpContext context, Asked asked, FetchPlan plan, FetchResult result, bool isLeader)
    {
        var forwarded = plan.Forwarded;
        if (result.Object is { } brought)
        {
            if (!isLeader && !(ObjectFetches.IsForAll(plan, result) && VarySelection.Matches(brought.Metadata, context.Request.Headers))) return false;
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
            && ReusePolicy.AllowsStaleOnError(stale.Metadata.Freshness, context.Request.Headers, parts.Time.GetUtcNow()))
        {
            await SendAsync(context, asked, stale, new(Outcome.Stale, "stale", Detail: $"origin answered {result.Status}"));
            return true;
        }

        // It was asked for with the cookies and rights of the one who led, and is theirs alone: others ask for themselves, also where the one who led has left.
        if (!isLeader || result.TakeResponse() is not { } answer) return false;
        if (IsForOriginal(asked, answer.Status))
        {
            await using (answer) await SendOriginalAsync(context, asked, answer.Status, answer.Headers);
            return true;
        }

        await parts.Unstored.SendAsync(context, plan, answer, new(Outcome.Miss, forwarded, false, result.Reason));
        return true;
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

    private Task SendAsync(HttpContext context, Asked asked, CachedObject stored, Verdict verdict, HeaderList? original = null) =>
        IsForOriginal(asked, stored.Metadata.Status)
            ? SendOriginalAsync(context, asked, stored.Metadata.Status, stored.Metadata.Headers)
            : parts.Responder.SendAsync(context, asked.Route, stored, verdict, original);

    private static bool IsForOriginal(Asked asked, int status) => asked.Variant is { FallsBack: true } && OriginalInstead.Helps(status);

    private Task SendOriginalAsync(HttpContext context, Asked asked, int status, HeaderList failure)
    {
        OriginalInstead.Mark(context, status, failure);
        return ServeAsync(context, new Asked(asked.Originals!, asked.Variant!.Source));
    }

    [LoggerMessage(1002, LogLevel.Warning, "Serving stale: origin {Origin}: {Reason}")]
    private partial void LogStaleServed(string origin, string reason);
}
