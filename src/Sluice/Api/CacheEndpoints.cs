using Sluice.Core.Tags;
using Sluice.Edge.Explain;
using Sluice.Edge.Warming;
using Sluice.Hosting;

namespace Sluice.Api;

/// <summary>What operators ask of the cache.</summary>
internal static class CacheEndpoints
{
    private const string Example = "Write {\"url\": \"/clip.mp4\"}, or prefix, tag or source instead of url, and soft or dryRun beside it.";
    private const string WarmExample = "Write {\"urls\": [\"/hls/a/master.m3u8\"]}.";

    /// <summary>Adds /v1/cache/stats, /v1/cache/purge, /v1/cache/warm and /v1/cache/explain.</summary>
    public static void MapCache(this IEndpointRouteBuilder api)
    {
        api.MapGet("/v1/cache/stats", Stats)
            .WithTags("cache").WithSummary("What the tiers hold, and requests by outcome since start.").Produces<CacheStatistics>().Refuses(503);

        api.MapPost("/v1/cache/purge", PurgeAsync)
            .WithTags("cache").WithSummary("Purges by URL, prefix, tag or source, and answers the receipt. Once it is there, nothing it counts can be served any more.")
            .Accepts<PurgeBody>("application/json").Produces<PurgeReceipt>().Refuses(400, 415, 503);

        api.MapPost("/v1/cache/warm", WarmAsync)
            .WithTags("cache").WithSummary("Fetches objects ahead of their first viewers, one after another, and answers when all are held. Of an HLS manifest it tells the names.")
            .Accepts<WarmUpBody>("application/json").Produces<WarmUpAnswer>().Refuses(400, 415, 503);

        api.MapGet("/v1/cache/explain", Explain)
            .WithTags("cache").WithSummary("Key, origin, what each tier holds, freshness, and what the next plain GET would be and why. Fetches nothing.")
            .Produces<Explanation>().Refuses(400, 503);
    }

    private static IResult Stats(ServerState state) => state.Engine is { } engine
        ? TypedResults.Json(CacheStatistics.Of(engine, state.Uptime), ApiJson.Wire.CacheStatistics)
        : ProblemResult.Starting;

    private static IResult Explain(ServerState state, string? url) => state.Engine is not { } engine ? ProblemResult.Starting
        : string.IsNullOrEmpty(url) ? new ProblemResult(400, "Give the path to explain, such as ?url=/clip.mp4.")
        : TypedResults.Json(engine.Explainer.Explain(url), ApiJson.Wire.Explanation);

    private static async Task<IResult> PurgeAsync(HttpContext context, ServerState state)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, ApiJson.Wire.PurgeBody, "a purge", Example);
        if (refusal is not null)
            return refusal;
        if (body is null)
            return new ProblemResult(400, $"The body is empty. {Example}");
        if (body.ToRequest(out var reason) is not { } purge)
            return new ProblemResult(400, reason);
        if (state.Engine is not { } engine)
            return ProblemResult.Starting;
        if (purge.Kind == PurgeKind.Url)
            purge = purge with { Value = engine.Edge.NameOf(purge.Value) };
        return TypedResults.Json(await engine.Cache.PurgeAsync(purge, context.RequestAborted), ApiJson.Wire.PurgeReceipt);
    }

    private static async Task<IResult> WarmAsync(HttpContext context, ServerState state)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, ApiJson.Wire.WarmUpBody, "a list of paths", WarmExample);
        if (refusal is not null) return refusal;
        var urls = body?.Urls ?? [];
        if (urls.Count is 0 or > WarmUpBody.Most || urls.Contains(null!)) return new ProblemResult(400, $"Give 1 to {WarmUpBody.Most} paths, not {urls.Count}. {WarmExample}");
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var objects = new List<WarmedObject>(urls.Count);
        // One after another: how much the origin is asked for at once is the caller's to say, by how many of these requests are made at once.
        foreach (var url in urls) objects.Add(await engine.Edge.WarmAsync(url, "api", context.RequestAborted));
        return TypedResults.Json(new WarmUpAnswer(objects, objects.Count(warmed => !warmed.IsHeld)), ApiJson.Wire.WarmUpAnswer);
    }
}
