using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Variants;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Routes;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Fetches meanwhile what a viewer will ask for next (<see cref="RoutePolicy.Prefetch"/>; row U063). Only for those who go on: the second of a sequence brings the third.</summary>
internal sealed partial class Prefetcher(EdgeParts parts, ObjectFetches fetches, VariantMaking making, ILogger logger)
{
    // Of all viewers: those who wait come first, and the origin is asked for no more than this at once on the chance.
    private const int MaximumAhead = 16;

    private readonly ConcurrentDictionary<string, byte> ahead = new(StringComparer.Ordinal);

    /// <summary>A viewer asks for something of a route.</summary>
    public void LookAhead(HttpContext context, Asked asked)
    {
        var headers = context.Request.Headers;
        if (asked.Route.Policy.Prefetch == 0 || asked.Variant is not null || !HttpMethods.IsGet(context.Request.Method) || headers.Authorization.Count > 0) return;
        var stored = asked.Find(headers);
        Span<ByteRange> one = stackalloc ByteRange[1];
        if (headers.Range is [{ } text] && RangeField.TryParse(text, one, out var count) && count == 1 && one[0] is not { First: 0, Last: null })
        {
            if (stored is { Metadata: { Status: 200, Length: { } length } } && one[0].Resolve(length) is { } part) LookAhead(context, asked, stored, part.Start, part.End);
            return;
        }

        if (stored is { IsAhead: true })
        {
            stored.IsAhead = false;
            parts.Counters.CountPrefetchUsed();
        }
        else if (stored is not null) return;
        if (Lookahead.Following(asked.Route, asked.Target) is { Count: > 0 } next) _ = FetchAheadAsync(OnBehalf(context), [.. next.Select(target => asked with { Target = target })]);
    }

    private void LookAhead(HttpContext context, Asked asked, CachedObject stored, long start, long end)
    {
        // In order means that the byte before was asked for.
        if (start == 0 || !Lookahead.IsDue(asked.Route, stored, start, end) || !stored.Holds(start - 1, start) || asked.Judge(stored, context.Request.Headers, parts.Time.GetUtcNow()) != Reuse.Fresh) return;
        var until = Math.Min(stored.Metadata.Length!.Value, end + Math.Min(Lookahead.MaximumBytes, (end - start) * asked.Route.Policy.Prefetch));
        _ = FetchAheadAsync(OnBehalf(context), asked, stored, end, until);
    }

    /// <summary>The same viewer's request for something else, whole and unconditional: it outlives this one.</summary>
    private static HttpContext OnBehalf(HttpContext context)
    {
        var next = Asker.ContextOf(context.Request.Headers, context.Connection.RemoteIpAddress);
        next.Request.Scheme = context.Request.Scheme;
        foreach (var field in OfOneRequest) next.Request.Headers.Remove(field);
        return next;
    }

    private static readonly string[] OfOneRequest = ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Cache-Control", "Pragma", "traceparent", "tracestate"];

    // One after another: the nearest is wanted first, and one that is not there is the end of the sequence.
    private async Task FetchAheadAsync(HttpContext context, Asked[] next)
    {
        await Task.Yield();
        foreach (var asked in next)
            if (!await AheadAsync(asked.Route.Scope.KeyOf(asked.Target), asked.Target, () => FetchAheadAsync(context, asked))) return;
    }

    private async Task FetchAheadAsync(HttpContext context, Asked asked, CachedObject stored, long start, long end)
    {
        await Task.Yield();
        await AheadAsync($"{start} {asked.Route.Scope.KeyOf(asked.Target)}", asked.Target, async () =>
        {
            using var reader = stored.Open(start, end, new Asker(context, asked.Route, parts.Forwarding).SourceOf(stored));
            await reader.ReadToEndAsync(CancellationToken.None);
            return true;
        });
    }

    /// <summary>What comes after a variant is made while it is played (<see cref="TransformPlan.Next"/>): one however the route is set, for making takes longer than fetching.</summary>
    public async Task MakeAheadAsync(ActiveRoute route, VariantRoute variants, TransformPlan plan)
    {
        await Task.Yield();
        for (var left = Math.Max(1, route.Policy.Prefetch); left > 0; left--)
        {
            if (variants.Route.Scope.FindStored(plan.Key) is not [{ Metadata.Status: 200 }, ..] || plan.Next is not { } target) return;
            var mark = target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? at : target.Length;
            var decision = variants.Transform.Decide(new TransformQuery(target[..mark], target[mark..], static _ => null) { Client = plan.Client, IsLocal = true, IsOperator = true });
            if (decision?.Plan is not { } next) return;
            if (!await AheadAsync(variants.Route.Scope.KeyOf(next.Key), target, async () =>
            {
                await making.PrepareAsync(target, new Asked(variants.Route, next.Key, next, route), CancellationToken.None);
                return true;
            })) return;
            plan = next;
        }
    }

    private async Task<bool> AheadAsync(string name, string target, Func<Task<bool>> fetch)
    {
        if (ahead.Count >= MaximumAhead || !ahead.TryAdd(name, 0)) return false;
        try
        {
            return await fetch();
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody waits for it. Who does come for it is told then.
            LogNotAhead(target, failure.Message);
            return false;
        }
        finally
        {
            ahead.TryRemove(name, out _);
        }
    }

    private async Task<bool> FetchAheadAsync(HttpContext context, Asked asked)
    {
        var stored = asked.Find(context.Request.Headers);
        if (stored is not null && (!asked.IsUsable(stored) || asked.Judge(stored, context.Request.Headers, parts.Time.GetUtcNow()) != Reuse.Fresh)) return false;
        // Here, coming, or read in parts, which has a lookahead of its own.
        if (stored is not null) return stored.Metadata.Status == 200;
        var plan = fetches.Plan(context, asked, null);
        plan = plan with { Context = plan.Context with { IsAhead = true } };
        using var ticket = fetches.Join(plan, out var isLeader);
        var result = await ticket.Result;
        if (result.Object is not { Metadata: { Status: 200, Length: null or <= Lookahead.MaximumBytes } } brought) return false;
        // Somebody waits for it already.
        if (!isLeader) return true;
        brought.IsAhead = true;
        parts.Counters.CountPrefetch();
        // Of a body in chunks the length shows at its end, if that comes before the bound.
        using (var reader = brought.Open(0, brought.Metadata.Length ?? Lookahead.MaximumBytes, brought.Source))
        {
            // As for who waits for all of it (FetchResult.CompleteAsync).
            result.Pin?.Dispose();
            await reader.ReadToEndAsync(CancellationToken.None);
        }

        return brought.Metadata.Length is not null;
    }

    [LoggerMessage(1008, LogLevel.Debug, "{Target} was not fetched ahead: {Reason}")]
    private partial void LogNotAhead(string target, string reason);
}
