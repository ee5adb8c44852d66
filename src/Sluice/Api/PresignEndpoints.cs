using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Sluice.Hosting;
using Sluice.S3.PresignedUrls;

namespace Sluice.Api;

/// <summary>Presigned URLs for other programs.</summary>
internal static class PresignEndpoints
{
    private const string Prefix = "/v1/presign/";
    private const string Example = "Write {\"paths\": [\"/clip.mp4\"]}, and method, expires, region or query beside it.";

    // 10,000 paths of the longest kind.
    private static readonly BodyLimit Large = new(32 << 20);

    /// <summary>Adds /v1/presign and what belongs to it.</summary>
    public static void MapPresign(this IEndpointRouteBuilder api)
    {
        api.MapGet(Prefix + "{**path}", GetAsync)
            .WithTags("presign").WithSummary("A presigned URL for one path: as JSON, or with ?redirect=true as a redirect. Also takes method, expires, region, the response-* overrides, versionId and partNumber.")
            .Produces<PresignAnswer>().Produces(302).Refuses(400, 404, 502, 503);

        api.MapPost("/v1/presign", BulkAsync).WithMetadata(Large)
            .WithTags("presign").WithSummary("Presigned URLs for up to 10,000 paths.")
            .Accepts<PresignBody>("application/json").Produces<PresignBulkAnswer>().Refuses(400, 415, 503);

        api.MapPost(Prefix + "warm", WarmAsync).WithMetadata(Large)
            .WithTags("presign").WithSummary("Signs up to 10,000 paths ahead of their first use, and answers how many are ready.")
            .Accepts<PresignBody>("application/json").Produces<PresignWarmReport>().Refuses(400, 415, 503);

        api.MapPost(Prefix + "rotate", RotateAsync)
            .WithTags("presign").WithSummary("Takes newer credentials over: tries them, signs the hottest paths again first, purges what the old ones signed. Answers a report for each bucket.")
            .Produces<IReadOnlyDictionary<string, RotationReport>>().Refuses(503);
    }

    private static async Task<IResult> GetAsync(HttpContext context, ServerState state, TimeProvider time, string? method, string? expires, string? region, bool? redirect)
    {
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var path = PathOf(context);
        var overrides = context.Request.Query.Where(p => p.Key.StartsWith("response-", StringComparison.Ordinal) || p.Key is "versionId" or "partNumber").ToDictionary(p => p.Key, p => p.Value.ToString());
        var body = new PresignBody { Method = method ?? "GET", Expires = expires, Region = region, Query = overrides };
        if (body.ToOptions(out var reason) is not { } options) return new ProblemResult(400, reason);
        if (engine.Presign.Match(path) is not { } urls) return new ProblemResult(404, "No bucket lies behind this path: presigned URLs are for s3 origins.");
        try
        {
            var url = await urls.GetAsync(path, options, context.RequestAborted);
            if (redirect is not true) return TypedResults.Json(PresignAnswer.Of(path, options, url), ApiJson.Wire.PresignAnswer);
            var seconds = Math.Max(0, (long)(url.ReuseUntil - time.GetUtcNow()).TotalSeconds);
            context.Response.Headers[HeaderNames.CacheControl] = string.Create(CultureInfo.InvariantCulture, $"private, max-age={seconds}");
            context.Response.Headers[HeaderNames.Location] = url.Url;
            return TypedResults.StatusCode(StatusCodes.Status302Found);
        }
        catch (ArgumentException e)
        {
            return new ProblemResult(400, e.Message);
        }
        catch (PresignedUrlException e)
        {
            return new ProblemResult(e.Status switch { null => 503, 404 => 404, _ => 502 }, e.Message);
        }
    }

    private static async Task<IResult> BulkAsync(HttpContext context, ServerState state)
    {
        var (body, options, refusal) = await ReadAsync(context);
        if (refusal is not null) return refusal;
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var answers = new PresignAnswer[body!.Paths.Count];
        var failed = 0;
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = await SignAsync(engine, body.Paths[i], options!, context.RequestAborted);
            if (answers[i].Url is null) failed++;
        }
        return TypedResults.Json(new PresignBulkAnswer(answers, failed), ApiJson.Wire.PresignBulkAnswer);
    }

    private static async Task<PresignAnswer> SignAsync(Engine engine, string path, PresignOptions options, CancellationToken cancellation)
    {
        if (engine.Presign.Match(path) is not { } urls) return new() { Path = path, Error = "No bucket lies behind this path." };
        try
        {
            return PresignAnswer.Of(path, options, await urls.GetAsync(path, options, cancellation));
        }
        catch (Exception e) when (e is ArgumentException or PresignedUrlException)
        {
            return new() { Path = path, Error = e.Message };
        }
    }

    private static async Task<IResult> WarmAsync(HttpContext context, ServerState state)
    {
        var (body, options, refusal) = await ReadAsync(context);
        if (refusal is not null) return refusal;
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var (ready, failed, signed, errors) = (0, 0, 0L, new List<string>());
        foreach (var group in body!.Paths.GroupBy(path => engine.Presign.Match(path)))
        {
            var report = group.Key is null
                ? new PresignWarmReport(0, group.Count(), 0, ["No bucket lies behind some of these paths."])
                : await group.Key.WarmAsync([.. group], options, context.RequestAborted);
            (ready, failed, signed) = (ready + report.Ready, failed + report.Failed, signed + report.Signed);
            errors.AddRange(report.Errors);
        }
        return TypedResults.Json(new PresignWarmReport(ready, failed, signed, errors), ApiJson.Wire.PresignWarmReport);
    }

    private static async Task<IResult> RotateAsync(HttpContext context, ServerState state)
    {
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var reports = new Dictionary<string, RotationReport>(StringComparer.Ordinal);
        // The work goes on when the caller leaves: half a rotation would be worse than either end.
        foreach (var (name, urls) in engine.Presign.Named) reports[name] = await urls.RotateAsync(CancellationToken.None).WaitAsync(context.RequestAborted);
        return TypedResults.Json(reports, ApiJson.Wire.IReadOnlyDictionaryStringRotationReport);
    }

    private static async Task<(PresignBody? Body, PresignOptions? Options, IResult? Refusal)> ReadAsync(HttpContext context)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, ApiJson.Wire.PresignBody, "a list of paths", Example);
        if (refusal is not null) return (null, null, refusal);
        if (body is null) return (null, null, new ProblemResult(400, $"The body is empty. {Example}"));
        if (body.Paths.Count is 0 or > PresignBody.MostPaths) return (null, null, new ProblemResult(400, $"Give 1 to {PresignBody.MostPaths} paths, not {body.Paths.Count}. {Example}"));
        return body.ToOptions(out var reason) is { } options ? (body, options, null) : (null, null, new ProblemResult(400, reason));
    }

    // As sent: the server's own decoding leaves %2F standing, which then looks like a percent sign in the key.
    private static string PathOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var query = target.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0) target = target[..query];
        return target.StartsWith(Prefix, StringComparison.Ordinal) ? Uri.UnescapeDataString(target[(Prefix.Length - 1)..]) : context.Request.Path.Value![(Prefix.Length - 1)..];
    }
}
