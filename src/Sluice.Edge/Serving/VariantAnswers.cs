using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Variants;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Answers requests whose query may ask for a variant of the object their path names.</summary>
internal sealed class VariantAnswers(EdgeParts parts, ObjectAnswers objects, Prefetcher prefetcher)
{
    /// <summary>Answers with the variant, or with the object itself where none is asked for.</summary>
    public async Task ServeAsync(HttpContext context, ActiveRoute route, RequestTarget target)
    {
        if (route.Variants is not { } variants || (target.Query.Length == 0 && !variants.Transform.ChoosesAlways && !variants.Transform.IsVariant(target.Path)) || !await TryServeAsync(context, route, variants, target))
            await objects.ServeAsync(context, new Asked(route, route.NameOf(target.Text)));
    }

    /// <summary>False when the query asks for none: it is then part of the object's name.</summary>
    private async Task<bool> TryServeAsync(HttpContext context, ActiveRoute route, VariantRoute variants, RequestTarget target)
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
            await objects.ServeAsync(context, new Asked(route, route.NameOf(name)) { SkipsCache = decision.SkipsCache });
            return true;
        }

        if (decision.Plan is not { } plan)
        {
            await SendDecisionAsync(context, route, decision);
            return true;
        }

        Add(context.Response, plan.Headers, plan.Vary);
        await objects.ServeAsync(context, new Asked(variants.Route, plan.Key, plan, route));
        // Afterwards: by now what is stored was made as it is to be made now.
        if (plan.IsForAll && route.Query.Apply(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) == target.Text) variants.Learn(target.Text, plan.Key);
        if (plan.Next is not null && HttpMethods.IsGet(context.Request.Method)) _ = prefetcher.MakeAheadAsync(route, variants, plan);
        return true;
    }

    private Task SendDecisionAsync(HttpContext context, ActiveRoute route, TransformDecision decision)
    {
        parts.Counters.Count(decision.Status < 400 ? Outcome.Bypass : Outcome.Refused, decision.Body.Length);
        var response = context.Response;
        response.StatusCode = decision.Status;
        foreach (var (name, value) in decision.Headers) response.Headers.Append(name, value);
        // A page of another site that may see the variant may see why there is none.
        if (route.Policy.AllowOrigin is { } origin)
        {
            response.Headers.AccessControlAllowOrigin = origin;
            response.Headers.AccessControlExposeHeaders = "Retry-After, X-Error-Reason, X-Error-Type";
        }

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
