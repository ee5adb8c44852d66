using Sluice.Core.Tags;
using Sluice.Edge.Requests;
using Sluice.Edge.Variants;
using Sluice.Hosting;

namespace Sluice.Api;

/// <summary>Variants for operators and other programs.</summary>
internal static class VariantEndpoints
{
    private const string Example = "Write {\"urls\": [\"/clip.mp4?derivative=mobile\"]}, or sources and queries.";

    /// <summary>Adds /v1/variants and what belongs to it.</summary>
    public static void MapVariants(this IEndpointRouteBuilder api)
    {
        api.MapGet("/v1/variants", ListAsync)
            .WithTags("variants").WithSummary("The stored variants of a source, with what is known of each.")
            .Produces<VariantList>().Refuses(400, 503);

        api.MapPost("/v1/variants/prepare", PrepareAsync)
            .WithTags("variants").WithSummary("Makes variants ahead of their first viewers, one after another, and answers when all are there.")
            .Accepts<PrepareBody>("application/json").Produces<PrepareAnswer>().Refuses(400, 415, 503);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ServerState state, string? source)
    {
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        if (string.IsNullOrEmpty(source)) return new ProblemResult(400, "Give the source, such as ?source=/clip.mp4.");
        if (!EdgeTarget.TryNormalise(source.StartsWith('/') || source.Contains("://", StringComparison.Ordinal) ? source : "/" + source, out var path, out var reason)) return new ProblemResult(400, $"The source is not a path: {reason}.");
        var found = await engine.Cache.FindAsync(PurgeKind.Source, path, context.RequestAborted);
        VariantAnswer[] variants = [.. found.Select(stored => VariantAnswer.Of(stored, engine.Video.Describe(stored))).OfType<VariantAnswer>().OrderBy(variant => variant.Key, StringComparer.Ordinal)];
        return TypedResults.Json(new VariantList(path, variants), ApiJson.Wire.VariantList);
    }

    private static async Task<IResult> PrepareAsync(HttpContext context, ServerState state)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, ApiJson.Wire.PrepareBody, "a list of variants", Example);
        if (refusal is not null) return refusal;
        string[] targets = [.. body?.Targets() ?? []];
        if (targets.Length is 0 or > PrepareBody.Most) return new ProblemResult(400, $"Give 1 to {PrepareBody.Most} variants, not {targets.Length}. {Example}");
        if (state.Engine is not { } engine) return ProblemResult.Starting;
        var answers = new List<PreparedVariant>(targets.Length);
        // One after another: viewers who wait have their turns in between.
        foreach (var target in targets) answers.Add(await engine.Edge.PrepareAsync(target, "api", context.RequestAborted));
        return TypedResults.Json(new PrepareAnswer(answers, answers.Count(answer => answer.Status != 200)), ApiJson.Wire.PrepareAnswer);
    }
}
