using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <content>Requests whose query asks for a variant of the object their path names.</content>
internal sealed partial class EdgeHandler
{
    /// <summary>False when the query asks for none: it is then part of the object's name.</summary>
    private async Task<bool> TryServeVariantAsync(HttpContext context, ActiveRoute route, VariantRoute variants, RequestTarget target)
    {
        var headers = context.Request.Headers;
        var peer = parts.Forwarding.Clients.ClientOf(context);
        var decision = variants.Transform.Decide(new TransformQuery(target.Path, target.Query, name => headers[name] is { Count: > 0 } value ? value.ToString() : null)
        {
            Method = context.Request.Method,
            Client = peer?.ToString() ?? "",
            Look = key => variants.Route.Scope.FindStored(key) is [var found, ..] ? found : null,
            IsLocal = peer is not null && IPAddress.IsLoopback(peer),
        });
        if (decision is null) return false;
        if (decision.Original is { } name)
        {
            Add(context.Response, decision.Headers, decision.Vary);
            await ServeAsync(context, new Asked(route, route.NameOf(name)) { SkipsCache = decision.SkipsCache });
            return true;
        }

        if (decision.Plan is not { } plan)
        {
            await SendDecisionAsync(context, route, decision);
            return true;
        }

        Add(context.Response, plan.Headers, plan.Vary);
        await ServeAsync(context, new Asked(variants.Route, plan.Key, plan, route));
        // Afterwards: by now what is stored was made as it is to be made now.
        if (plan.IsForAll && route.Query.Apply(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) == target.Text) variants.Learn(target.Text, plan.Key);
        if (plan.Next is not null && HttpMethods.IsGet(context.Request.Method)) _ = MakeAheadAsync(route, variants, plan);
        return true;
    }

    /// <summary>Makes a variant ahead of its first viewer, or finds it made.</summary>
    public async Task<PreparedVariant> PrepareAsync(RequestTarget target, string client, CancellationToken cancellation)
    {
        if (parts.Routes.Match(target.Path) is not { Variants: { } variants } route) return new(target.Text, 404) { Reason = "No route with variants takes this path." };
        var decision = variants.Transform.Decide(new TransformQuery(target.Path, target.Query, static _ => null) { Client = client, IsLocal = true, IsOperator = true });
        if (decision?.Plan is not { } plan)
            return new(target.Text, decision?.Status is > 0 and var status ? status : 400) { Reason = decision?.Status > 0 ? System.Text.Encoding.UTF8.GetString(decision.Body) : "The query asks for no variant." };
        return await PrepareAsync(target.Text, new Asked(variants.Route, plan.Key, plan, route), cancellation);
    }

    private async Task<PreparedVariant> PrepareAsync(string text, Asked asked, CancellationToken cancellation)
    {
        var (scope, key) = (asked.Route.Scope, asked.Target);
        var nobody = new DefaultHttpContext { Request = { Method = "GET" } };
        for (var attempt = 1; ; attempt++)
        {
            var stored = scope.FindStored(key) is [{ IsServable: true } held, ..] ? held : null;
            if (IsFreshNow(nobody, asked)) return Prepared(scope.FindStored(key) is [var ready, ..] ? ready : null, false);
            var fetch = PlanFetch(nobody, asked, stored);
            try
            {
                using var ticket = flights.Join(fetch.FlightName, stop => FetchAsync(fetch, false, stop), out _);
                var result = await ticket.Result.WaitAsync(cancellation);
                if (result.Object is not { } brought) return new(text, result.Status) { Key = key, Reason = result.Reason };
                await result.CompleteAsync(cancellation);
                return Prepared(brought, !result.IsRevalidated);
            }
            catch (ObjectChangedException) when (attempt < MaximumAttempts)
            {
                // As for a viewer: of the source that there is now.
            }
            catch (IOException failure) when (failure is OriginException or ObjectChangedException)
            {
                return new(text, 502) { Key = key, Reason = failure.Message };
            }
        }

        PreparedVariant Prepared(CachedObject? found, bool isMade) => found is null ? new(text, 503) { Key = key, Reason = "It was evicted at once." } : new(text, found.Metadata.Status)
        {
            Key = key,
            IsMade = isMade && found.Metadata.Status == 200,
            Length = found.Metadata.Length,
            Reason = found.Metadata.Headers.First(OriginalInstead.ReasonField),
        };
    }

    private FetchPlan PlanFetch(HttpContext context, Asked asked, CachedObject? stored)
    {
        var plan = asked.Variant is { } variant
            ? FetchPlan.Make(context, asked.Route, variant, stored, parts, stop => sources.OpenAsync(asked.Originals!, variant.Source, stop)) with { Accepts = asked.Originals!.Variants!.Accepts(variant) }
            : FetchPlan.Make(context, asked.Route, asked.Target, stored, parts);
        return plan with { IsAnew = asked.IsAnew, FlightName = asked.SkipsCache ? "anew " + plan.FlightName : plan.FlightName };
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

    private Task SendDecisionAsync(HttpContext context, ActiveRoute route, TransformDecision decision)
    {
        parts.Counters.Count(decision.Status < 400 ? Outcome.Bypass : Outcome.Refused, decision.Body.Length);
        var response = context.Response;
        response.StatusCode = decision.Status;
        foreach (var (name, value) in decision.Headers) response.Headers.Append(name, value);
        // A page of another site that may see the variant may see why there is none.
        if (route.Policy.AllowOrigin is { } origin) response.Headers.AccessControlAllowOrigin = origin;
        response.ContentLength = decision.Body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(decision.Body).AsTask();
    }

    /// <summary>Adds to the answer that is about to be given what this request alone is told.</summary>
    private static void Add(HttpResponse response, IReadOnlyList<KeyValuePair<string, string>> fields, IReadOnlyList<string> vary)
    {
        if (fields.Count + vary.Count == 0) return;
        response.OnStarting(static state =>
        {
            var (headers, fields, vary) = ((IHeaderDictionary, IReadOnlyList<KeyValuePair<string, string>>, IReadOnlyList<string>))state;
            foreach (var (name, value) in fields) headers[name] = value;
            if (vary.Count > 0) headers.Vary = headers.Vary.Count > 0 ? headers.Vary + ", " + string.Join(", ", vary) : string.Join(", ", vary);
            return Task.CompletedTask;
        }, (response.Headers, fields, vary));
    }
}
