using Sluice.Redis;

namespace Sluice.Diagnosis;

/// <summary>The Redis that nodes share: can it be reached, does it let this user do what a node does, and will it make room.</summary>
internal static class RedisCheck
{
    /// <summary>Connects and looks.</summary>
    public static async Task<Finding> RunAsync(RedisOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var subject = $"redis {options.Host}:{options.Port}";
        var probe = await RedisProbe.RunAsync(options, time, cancellation);
        if (probe.Problem is { } problem)
            return Finding.Fail(subject, problem, "see docs/many-nodes.md; without it each node goes on alone");
        var found = $"{probe.Version}{(probe.IsCluster ? ", cluster" : "")}, answers in {probe.Milliseconds:0.#} ms";
        return probe.Warning is { } warning ? Finding.Warn(subject, $"{found}; {warning}", "see docs/many-nodes.md, setting Redis up") : Finding.Ok(subject, found);
    }
}
