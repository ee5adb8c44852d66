using Sluice.Configuration;
using Sluice.Edge.Playback;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Api;

/// <summary>Tokens for private routes, for the application that decides who may watch.</summary>
internal static class PlaybackEndpoints
{
    private const string Example = "Write {\"path\": \"/hls/movie/master.m3u8\"}.";

    /// <summary>Adds POST /v1/playback.</summary>
    public static void MapPlayback(this IEndpointRouteBuilder api, SluiceOptions options)
    {
        api.MapPost("/v1/playback", (HttpContext context, TimeProvider time) => SignAsync(context, options.Routes, time))
            .WithTags("playback").WithSummary("An address with a token for a path of a private route: good for everything in its folder.")
            .Accepts<PlaybackBody>("application/json").Produces<PlaybackAnswer>().Refuses(400, 404, 415);
    }

    private static async Task<IResult> SignAsync(HttpContext context, List<RouteSection> routes, TimeProvider time)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, ApiJson.Wire.PlaybackBody, "a path", Example);
        if (refusal is not null)
            return refusal;
        // A token is for a folder as the edge spells it.
        if (body?.Path is not ['/', ..] written || written.Contains('?', StringComparison.Ordinal) || !EdgeTarget.TryNormalise(written, out var path, out _))
            return new ProblemResult(400, Example);
        var route = routes.Find(one => new PathPattern(one.Pattern).Matches(path));
        if (route?.PlaybackKey is not { } key)
            return new ProblemResult(404, "The route of this path is not private: it needs no token.");
        var tokens = new PlaybackTokens(key, route.PlaybackLifetime, time);
        return TypedResults.Json(new PlaybackAnswer($"{path}?{PlaybackTokens.Parameter}={tokens.ForFolderOf(path)}"), ApiJson.Wire.PlaybackAnswer);
    }
}
