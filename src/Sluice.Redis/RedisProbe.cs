using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Redis.Connections;
using Sluice.Redis.Invalidation;

namespace Sluice.Redis;

/// <summary>What a look at a Redis finds.</summary>
/// <param name="Version">Its version.</param>
/// <param name="IsCluster">True for a cluster.</param>
/// <param name="Milliseconds">How long an answer takes.</param>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
/// <param name="Warning">What is worth knowing; null for nothing.</param>
public sealed record RedisProbe(string Version, bool IsCluster, double Milliseconds, string? Problem, string? Warning)
{
    /// <summary>Connects as a node does, both ways, and asks what it would do when full.</summary>
    public static async Task<RedisProbe> RunAsync(RedisOptions options, TimeProvider time, CancellationToken cancellation)
    {
        if (options.Errors() is [var error, ..]) return new("", false, 0, error, null);
        await using var client = new RedisClient(options, time, NullLogger.Instance);
        await client.StartAsync(cancellation);
        if (!client.IsAvailable) return new("", false, 0, client.Reason, null);
        var pushes = new RedisPushes(client);
        await using (pushes)
        {
            pushes.Listen(options.Channel("sluice.purge"), static _ => { });
            await pushes.StartAsync(cancellation);
            if (!pushes.IsUp) return new(client.ServerVersion, client.IsCluster, 0, "it does not let this user listen (CLIENT TRACKING, SUBSCRIBE)", null);
        }

        try
        {
            var begun = time.GetTimestamp();
            await client.SendAsync("", cancellation, "PING");
            var taken = time.GetElapsedTime(begun).TotalMilliseconds;
            return new(client.ServerVersion, client.IsCluster, taken, null, await WarningAsync(client, cancellation));
        }
        catch (IOException failure)
        {
            return new(client.ServerVersion, client.IsCluster, 0, failure.Message, null);
        }
    }

    private static async Task<string?> WarningAsync(RedisClient client, CancellationToken cancellation)
    {
        if (System.Version.TryParse(client.ServerVersion, out var version) && version < new System.Version(7, 0)) return $"version {version} is older than the 7.0 this is tested with";
        try
        {
            var memory = (await client.SendAsync("", cancellation, "INFO", "memory")).AsText().Split('\n', StringSplitOptions.TrimEntries);
            var isBounded = !memory.Contains("maxmemory:0");
            var keeps = memory.Contains("maxmemory_policy:noeviction");
            return !isBounded ? "it has no maxmemory, so that it may take all of the machine's" : keeps ? "when full it refuses (noeviction) instead of making room" : null;
        }
        catch (RedisErrorException)
        {
            return "this user may not ask about its memory (INFO)";
        }
    }
}
