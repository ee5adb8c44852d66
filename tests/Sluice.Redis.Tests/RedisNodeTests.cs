using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;

namespace Sluice.Redis.Tests;

/// <summary>A node in the container of an app, whether or not there is a Redis.</summary>
public class RedisNodeTests
{
    [Fact]
    public async Task Dispose_NodeAndItsStoresInOneContainer_WorksWithoutWaitingAndTwice()
    {
        RedisNode node;
        using (var services = new ServiceCollection()
            .AddSingleton(_ => new RedisNode(new RedisOptions { Host = "127.0.0.1", Port = 1 }, TimeProvider.System, NullLoggerFactory.Instance))
            .AddSingleton<KeyValueStores>(provider => provider.GetRequiredService<RedisNode>().Stores)
            .BuildServiceProvider())
        {
            node = services.GetRequiredService<RedisNode>();
            await node.StartAsync();
            services.GetRequiredService<KeyValueStores>().Open("a");
        }

        await node.DisposeAsync();
    }
}
