using Sluice.Api;
using Sluice.Commands;
using Sluice.Configuration;

namespace Sluice.Diagnosis;

/// <summary>What a running server thinks of its origins: the circuit breakers, as its API tells them.</summary>
internal static class CircuitCheck
{
    /// <summary>Asks it; nothing where no origin is watched.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(ApiSection api, TimeProvider time, CancellationToken cancellation)
    {
        using var client = new ApiClient(new Uri(api.Listen.Url), api.Token, time);
        try
        {
            var statistics = await client.GetAsync("/v1/cache/stats", ApiJson.Wire.CacheStatistics, cancellation);
            return [.. statistics.Origins.Select(Judge)];
        }
        catch (ApiException e)
        {
            return [Finding.Warn("circuits", $"the running server does not tell: {e.Message}", "give doctor the configuration and the token that the server has")];
        }
    }

    private static Finding Judge(OriginStatistics origin)
    {
        var subject = $"circuit {origin.Route}, {origin.Origin}";
        return origin.Circuit switch
        {
            "closed" => Finding.Ok(subject, "closed: the running server asks it"),
            "halfOpen" => Finding.Warn(subject, "half open: it failed too often, and the running server tries it again", "look into the origin's own log"),
            _ => Finding.Warn(subject, "open: it failed too often, and the running server leaves it alone for a while", "look into the origin's own log"),
        };
    }
}
