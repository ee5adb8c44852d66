using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.TestKit.Redis;

/// <summary>Three real redis-servers that share the slots of a cluster.</summary>
public sealed class RedisClusterOfThree : IAsyncDisposable
{
    private readonly List<RedisServer> nodes = [];

    public IReadOnlyList<RedisServer> Nodes => nodes;

    public static async Task<RedisClusterOfThree> StartAsync()
    {
        var cluster = new RedisClusterOfThree();
        for (var i = 0; i < 3; i++)
            // The cluster's own port is 10,000 higher by default, which may be none.
            cluster.nodes.Add(await RedisServer.StartAsync("cluster-enabled yes", $"cluster-port {FreePorts.Next()}", "cluster-node-timeout 5000"));
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true };
        foreach (var word in (string[])["--cluster", "create", .. cluster.nodes.Select(node => node.Address), "--cluster-yes"]) start.ArgumentList.Add(word);
        using var cli = Process.Start(start)!;
        var output = await cli.StandardOutput.ReadToEndAsync();
        await cli.WaitForExitAsync();
        if (!await Eventually.HoldsAsync(async () => (await Task.WhenAll(cluster.nodes.Select(node => node.CliAsync("cluster", "info")))).All(info => info.Contains("cluster_state:ok", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)))
            throw new InvalidOperationException($"the cluster did not form: {output}");
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
    }
}
