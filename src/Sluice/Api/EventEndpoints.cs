using System.Text.Json;
using Sluice.Core.Tags;
using Sluice.Hosting;

namespace Sluice.Api;

/// <summary>Notifications of buckets.</summary>
internal static class EventEndpoints
{
    /// <summary>Adds /v1/events/s3.</summary>
    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapPost("/v1/events/s3", TakeAsync)
            .WithTags("events").WithSummary("Takes a bucket's notification (S3, MinIO, Ceph; also through SNS or EventBridge), and invalidates everything derived from the objects it names: their bytes, their variants, their presigned URLs, HLS made from them. What was asked for of late is fetched or made again.")
            .Accepts<JsonElement>("application/json").Produces<EventAnswer>().Refuses(400, 415, 503);

    private static async Task<IResult> TakeAsync(HttpContext context, ServerState state)
    {
        // SNS says text/plain of its JSON; a page of another site could too, and cannot forge a path worth more than a refetch.
        if (!context.Request.HasJsonContentType() && !context.Request.Headers.ContainsKey("x-amz-sns-message-type")) return ProblemResult.NoJson;
        IReadOnlyList<BucketEvent>? events;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            events = BucketEvent.Read(body.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter of a text that is none, as half of a pair of surrogates.
            events = null;
        }

        if (events is null) return new ProblemResult(400, "The body is no notification of a bucket: it needs Records with s3.bucket.name and s3.object.key, or an EventBridge event's detail.");
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        // The last that is told of an object is what became of it.
        var purges = new Dictionary<PurgeRequest, bool>();
        foreach (var each in events)
            foreach (var purge in engine.Buckets.PurgesOf(each.Bucket, each.Key)) purges[purge] = each.IsRemoval;
        var (objects, values, warming) = (0, 0, 0);
        foreach (var (purge, isRemoval) in purges)
        {
            var receipt = await engine.Cache.PurgeAsync(purge, context.RequestAborted);
            (objects, values) = (objects + receipt.Objects, values + receipt.Values);
            // HLS files that the catalog made (purged by tag) are old until it has made them anew.
            if (!isRemoval && purge.Kind == PurgeKind.Source) warming += engine.Rewarmer.Take(receipt);
        }

        string[] paths = [.. purges.Keys.Where(purge => purge.Kind == PurgeKind.Source).Select(purge => purge.Value)];
        return TypedResults.Json(new EventAnswer(events.Select(each => (each.Bucket, each.Key)).Distinct().Count(), paths, objects, values, warming), ApiJson.Wire.EventAnswer);
    }
}
