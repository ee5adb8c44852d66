using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;
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
            Client = peer?.ToString() ?? "",
            IsLocal = peer is not null && IPAddress.IsLoopback(peer),
        });
        if (decision is null) return false;
        if (decision.IsOriginal)
        {
            await ServeAsync(context, new Asked(route, target.Path));
            return true;
        }

        if (decision.Plan is not { } plan)
        {
            await SendDecisionAsync(context, decision);
            return true;
        }

        if (plan.Vary.Count + plan.Headers.Count > 0) context.Response.OnStarting(static state => AddAsync(((HttpResponse, TransformPlan))state), (context.Response, plan));
        await ServeAsync(context, new Asked(variants.Route, plan.Key, plan, route));
        // Afterwards: by now what is stored was made as it is to be made now.
        if (plan.IsForAll && context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget == target.Text) variants.Learn(target.Text, plan.Key);
        return true;
    }

    private FetchPlan PlanFetch(HttpContext context, Asked asked, CachedObject? stored) => asked.Variant is { } variant
        ? FetchPlan.Make(context, asked.Route, variant, stored, parts, stop => sources.OpenAsync(asked.Originals!, variant.Source, stop))
        : FetchPlan.Make(context, asked.Route, asked.Target, stored, parts);

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

    private Task SendDecisionAsync(HttpContext context, TransformDecision decision)
    {
        parts.Counters.Count(decision.Status < 400 ? Outcome.Bypass : Outcome.Refused, decision.Body.Length);
        var response = context.Response;
        response.StatusCode = decision.Status;
        foreach (var (name, value) in decision.Headers) response.Headers.Append(name, value);
        response.ContentLength = decision.Body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(decision.Body).AsTask();
    }

    private static Task AddAsync((HttpResponse Response, TransformPlan Plan) given)
    {
        var headers = given.Response.Headers;
        foreach (var (name, value) in given.Plan.Headers) headers[name] = value;
        if (given.Plan.Vary.Count > 0) headers.Vary = headers.Vary.Count > 0 ? headers.Vary + ", " + string.Join(", ", given.Plan.Vary) : string.Join(", ", given.Plan.Vary);
        return Task.CompletedTask;
    }
}
