using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Redis;

namespace Sluice.Benchmarks;

/// <summary>GET of a 1 KB value over one connection, in sequence and pipelined: the client's side of what redis-benchmark measures. Prints requests per second, and the processor time of one in microseconds.</summary>
internal static class RedisSpeed
{
    public static async Task RunAsync(int port, int depth, double seconds)
    {
        await using var client = new RedisClient(new RedisOptions { Host = "127.0.0.1", Port = port }, TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        await client.SendAsync("k", CancellationToken.None, "SET", "k", new byte[1024]);
        await MeasureAsync(client, depth, 2); // So that what is hot is compiled.
        var (rate, cost) = await MeasureAsync(client, depth, seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rate:0} {cost:0.000}"));
    }

    private static async Task<(double Rate, double Cost)> MeasureAsync(RedisClient client, int depth, double seconds)
    {
        var (begun, count, limit) = (Stopwatch.GetTimestamp(), 0L, (long)(seconds * Stopwatch.Frequency));
        var used = Environment.CpuUsage.TotalTime;
        // As redis-benchmark does: the next batch goes out when the last answer of this one is here.
        var asked = new ValueTask<Redis.Protocol.RespValue>[depth];
        while (Stopwatch.GetTimestamp() - begun < limit)
        {
            using (client.Batch())
#pragma warning disable CA2012 // Each is awaited once, below.
                for (var i = 0; i < depth; i++) asked[i] = client.SendQuickAsync("k", CancellationToken.None, "GET", "k");
#pragma warning restore CA2012
            for (var i = 0; i < depth; i++)
            {
                var value = await asked[i];
                if (value.Span.Length != 1024) throw new InvalidOperationException("Redis answered something else.");
            }

            count += depth;
        }

        return (count / Stopwatch.GetElapsedTime(begun).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / count);
    }
}
