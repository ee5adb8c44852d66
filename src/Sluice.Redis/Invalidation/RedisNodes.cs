using Sluice.Redis.Connections;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Invalidation;

/// <summary>Which nodes share this Redis: each signs in every second, and is gone after five without.</summary>
internal sealed class RedisNodes(RedisClient client) : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private static readonly RedisScript SignIn = new("""
        local time = redis.call('TIME')
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time[1] - 5)
        local isNew = redis.call('ZADD', KEYS[1], time[1], ARGV[1])
        return { redis.call('ZCARD', KEYS[1]), isNew }
        """, whenFull: true);

    private readonly string name = client.Options.KeyPrefix + "sluice.nodes";
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;
    private int others;
    private volatile bool isIn;
    private long waitsUntil = long.MinValue;

    /// <summary>This node, for as long as it runs: machine, process and a few random characters.</summary>
    public string Id { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";

    /// <summary>How many others there were when last seen.</summary>
    public int Others => Volatile.Read(ref others);

    /// <summary>How many hear nothing of what cannot be told: where none was ever seen, one at least, since it is for others that there is a Redis.</summary>
    public int Untold => isIn ? Others : 1;

    public async Task StartAsync()
    {
        await SignInAsync();
        running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        try
        {
            await client.SendAsync(name, CancellationToken.None, "ZREM", name, Id);
        }
        catch (IOException)
        {
            // In five seconds it is gone by itself.
        }

        stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var beat = new PeriodicTimer(Beat, client.Time);
        try
        {
            while (await beat.WaitForNextTickAsync(stop.Token)) await SignInAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task SignInAsync()
    {
        if (!client.IsAvailable) return;
        try
        {
            var answer = await client.RunAsync(SignIn, [name], CancellationToken.None, Id);
            var (count, now) = ((int)answer.Items[0].AsInteger() - 1, client.Time.GetTimestamp());
            // It knew this node no more, as after a restart or a long silence, and the others neither: they count until each has had the time to look for it again.
            if (isIn && answer.Items[1].AsInteger() == 1) waitsUntil = now + (long)((client.Options.MaximumPause + (2 * Beat)).TotalSeconds * client.Time.TimestampFrequency);
            isIn = true;
            Volatile.Write(ref others, now < waitsUntil ? Math.Max(count, Others) : count);
        }
        catch (RedisUnavailableException)
        {
            // The link tells of it.
        }
        catch (RedisErrorException refused)
        {
            // Full, or read-only: who is there cannot be told, and purges count who listens.
            client.Refused(refused);
        }
    }
}
