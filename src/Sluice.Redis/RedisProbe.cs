using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Redis.Connections;
using Sluice.Redis.Invalidation;
using Sluice.Redis.Protocol;

namespace Sluice.Redis;

/// <summary>What a look at a Redis finds.</summary>
/// <param name="Version">Its version.</param>
/// <param name="IsCluster">True for a cluster.</param>
/// <param name="Milliseconds">How long an answer takes.</param>
/// <param name="Problem">Why it cannot be used; null when it can.</param>
/// <param name="Warning">What is worth knowing; null for nothing.</param>
public sealed record RedisProbe(string Version, bool IsCluster, double Milliseconds, string? Problem, string? Warning)
{
    /// <summary>What is done to each sort of key, and what purges take; nothing of it stays.</summary>
    private static readonly RedisScript Try = new("""
        redis.call('SET', KEYS[1], redis.call('GET', KEYS[1]) or '')
        redis.call('UNLINK', KEYS[1])
        redis.call('HSET', KEYS[1], 'a', redis.call('HGET', KEYS[1], 'a') or '')
        redis.call('UNLINK', KEYS[1])
        redis.call('ZADD', KEYS[1], 1, 'a')
        redis.call('ZREM', KEYS[1], 'a')
        redis.call('SADD', KEYS[1], 'a')
        redis.call('SREM', KEYS[1], 'a')
        redis.call('XADD', KEYS[1], '*', 'a', redis.call('TIME')[1])
        redis.call('UNLINK', KEYS[1])
        return redis.call('PUBLISH', ARGV[1], '')
        """, whenFull: true);

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
            foreach (var channel in (string[])[options.Channel("sluice.purge"), options.KeyPrefix + "sluice.purged.probe"]) pushes.Listen(channel, static _ => { });
            await pushes.StartAsync(cancellation);
            if (!pushes.IsUp) return new(client.ServerVersion, client.IsCluster, 0, "it does not let this user listen (CLIENT TRACKING, SUBSCRIBE)", null);
        }

        try
        {
            var begun = time.GetTimestamp();
            await client.SendAsync("", cancellation, "PING");
            var taken = time.GetElapsedTime(begun).TotalMilliseconds;
            foreach (var form in (string[])["sluice.", "sluice:", "object:", "presigned:", "video:"])
            {
                var key = $"{options.KeyPrefix}{form}probe";
                await client.RunAsync(Try, [key], cancellation, options.Channel("sluice.purge"));
                await client.SendAsync(key, cancellation, "XREVRANGE", key, "+", "-");
                await client.SendAsync(key, cancellation, "GET", key);
            }

            return new(client.ServerVersion, client.IsCluster, taken, null, await WarningAsync(client, cancellation));
        }
        catch (RedisErrorException refused)
        {
            return new(client.ServerVersion, client.IsCluster, 0, $"it refuses what a node does: {refused.Text.TrimEnd('.')}", null);
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
