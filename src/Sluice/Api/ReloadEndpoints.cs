using Sluice.Hosting;

namespace Sluice.Api;

/// <summary>Reading the configuration again.</summary>
internal static class ReloadEndpoints
{
    /// <summary>Adds POST /v1/reload.</summary>
    public static void MapReload(this IEndpointRouteBuilder api) => api.MapPost("/v1/reload", Run)
        .WithTags("configuration").WithSummary("Reads the configuration again and serves by its routes; answers what changed and what needs a restart. With an error nothing changes.")
        .Produces<Reload>().Refuses(422, 503);

    private static IResult Run(ServerState state)
    {
        if (state.Reloader is not { } reloader)
            return ProblemResult.Starting;
        var done = reloader.Run();
        return done.Errors.Count > 0
            ? new ProblemResult(422, $"{string.Join(". ", done.Errors)}. Nothing was changed.")
            : TypedResults.Json(done, ApiJson.Wire.Reload);
    }
}
