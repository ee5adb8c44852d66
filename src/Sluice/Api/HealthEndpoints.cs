using Sluice.Hosting;

namespace Sluice.Api;

/// <summary>Health, for whatever restarts servers and balances load.</summary>
internal static class HealthEndpoints
{
    /// <summary>Adds /health/live (the process answers) and /health/ready (send it viewers).</summary>
    public static void MapHealth(this IEndpointRouteBuilder api)
    {
        api.MapGet("/health", () => TypedResults.Json(new HealthAnswer("ok"), ApiJson.Wire.HealthAnswer))
            .WithSummary("The same as /health/live.").Produces<HealthAnswer>();
        api.MapGet("/health/live", () => TypedResults.Json(new HealthAnswer("ok"), ApiJson.Wire.HealthAnswer))
            .WithSummary("200 while the process answers.").Produces<HealthAnswer>();
        api.MapGet("/health/ready", (ServerState state) => state.Phase == ServerPhase.Ready
                ? TypedResults.Json(new HealthAnswer("ok", state.Engine?.Redis is { } redis ? redis.IsAvailable ? "ok" : "away" : null, state.Engine?.Cache.IsDiskAway == true ? "away" : null), ApiJson.Wire.HealthAnswer)
                : TypedResults.Json(new HealthAnswer(state.Phase == ServerPhase.Starting ? "starting" : "draining"), ApiJson.Wire.HealthAnswer, statusCode: StatusCodes.Status503ServiceUnavailable))
            .WithSummary("200 when viewers may be sent here; 503 while the index is being opened and while stopping.")
            .Produces<HealthAnswer>().Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable);
    }
}
