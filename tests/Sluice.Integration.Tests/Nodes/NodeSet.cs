using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Several real servers on one real Redis, in front of one origin.</summary>
internal sealed class NodeSet : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>Patience enough for any machine: for tests that say who brings what, not how long that may take.</summary>
    private static readonly Dictionary<string, string> Patient = new() { ["SLUICE__Redis__Timeout"] = "20s", ["SLUICE__Redis__Objects__Timeout"] = "2m" };

    /// <summary>What the program does without being told: for tests of a Redis that does not answer.</summary>
    public static readonly IReadOnlyDictionary<string, string> Defaults = new Dictionary<string, string> { ["SLUICE__Redis__Timeout"] = "1s", ["SLUICE__Redis__Objects__Timeout"] = "10s" };

    private NodeSet(RedisServer redis) => Redis = redis;

    public RedisServer Redis { get; }

    public FaultyOrigin Origin { get; } = FaultyOrigin.Start();

    public List<SluiceProcess> Nodes { get; } = [];

    /// <summary>Starts them, and waits until they know of each other.</summary>
    public static async Task<NodeSet> StartAsync(int count, RedisServer redis, string? origin = null, IReadOnlyDictionary<string, string>? environment = null, string? address = null)
    {
        var set = new NodeSet(redis);
        try
        {
            set.Nodes.AddRange(await Task.WhenAll(Enumerable.Range(0, count).Select(_ => SluiceProcess.StartAsync(new SluiceProcessOptions
            {
                Origin = origin ?? set.Origin.Address,
                Arguments = ["--redis", address ?? redis.Address],
                Environment = Patient.Concat(environment ?? new Dictionary<string, string>()).GroupBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Last().Value),
            }))));
            foreach (var node in set.Nodes) Assert.True(await Eventually.HoldsAsync(async () => await StatisticAsync(node, "otherNodes") == count - 1, Soon), node.Log);
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    public static async Task<long> StatisticAsync(SluiceProcess node, string name) => (await node.ApiJsonAsync("/v1/cache/stats"))["redis"]![name]!.GetValue<long>();

    public static async Task<bool> IsConnectedAsync(SluiceProcess node) => (await node.ApiJsonAsync("/v1/cache/stats"))["redis"]!["connected"]!.GetValue<bool>();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        await Origin.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
