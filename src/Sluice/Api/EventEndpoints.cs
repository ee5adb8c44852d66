using System.Text.Json;
using Sluice.Core.Tags;
using Sluice.Hosting;

namespace Sluice.Api;

/// <summary>Notifications of buckets.</summary>
internal static class EventEndpoints
{
    private const string ProblemType = "application/problem+json";

    /// <summary>Adds /v1/events/s3.</summary>
    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapPost("/v1/events/s3", TakeAsync)
            .WithTags("events").WithSummary("Takes a bucket's notification (S3, MinIO, Ceph; also through SNS), and invalidates everything derived from the objects it names: their bytes, their variants.")
            .Accepts<JsonElement>("application/json").Produces<EventAnswer>().Produces<Problem>(400, ProblemType).Produces<Problem>(415, ProblemType).Produces<Problem>(503, ProblemType);

    private static async Task<IResult> TakeAsync(HttpContext context, ServerState state)
    {
        // SNS says text/plain of its JSON; a page of another site could too, and cannot forge a path worth more than a refetch.
        if (!context.Request.HasJsonContentType() && !context.Request.Headers.ContainsKey("x-amz-sns-message-type")) return new ProblemResult(415, "Send JSON, with Content-Type: application/json.");
        IReadOnlyList<BucketEvent>? events;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            events = BucketEvent.Read(body.RootElement);
        }
        catch (JsonException)
        {
            events = null;
        }

        if (events is null) return new ProblemResult(400, "The body is no notification of a bucket: it needs Records with s3.bucket.name and s3.object.key.");
        if (state.Engine is not { } engine) return new ProblemResult(503, "The server is starting; ask again in a moment.");
        string[] paths = [.. events.SelectMany(each => engine.Buckets.PathsOf(each.Bucket, each.Key)).Distinct(StringComparer.Ordinal)];
        var objects = 0;
        foreach (var path in paths) objects += (await engine.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Source, path), context.RequestAborted)).Objects;
        return TypedResults.Json(new EventAnswer(events.Count, paths, objects), ApiJson.Wire.EventAnswer);
    }
}
