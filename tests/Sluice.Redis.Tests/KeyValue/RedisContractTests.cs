using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.KeyValue;

public sealed class PlainRedis : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class ListedRedis : IAsyncLifetime
{
    /// <summary>As docs/many-nodes.md has it.</summary>
    public const string Rights = "~* &* +@all -@admin -@dangerous +info +client|tracking +client|setname +client|id";

    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync($"user sluice on >secret-of-a-test {Rights}", "user default off");

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class SecureRedis : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartTlsAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class ClusteredRedis : IAsyncLifetime
{
    public RedisClusterOfThree Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await RedisClusterOfThree.StartAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

public sealed class PlainRedisContractTests(PlainRedis redis) : RedisKeyValueStoreTests, IClassFixture<PlainRedis>
{
    protected override RedisOptions Server => new() { Host = "127.0.0.1", Port = redis.Server.Port, Database = 3 };
}

public sealed class AccessListContractTests(ListedRedis redis) : RedisKeyValueStoreTests, IClassFixture<ListedRedis>
{
    protected override RedisOptions Server => new() { Host = "127.0.0.1", Port = redis.Server.Port, User = "sluice", Password = "secret-of-a-test" };
}

public sealed class TlsContractTests(SecureRedis redis) : RedisKeyValueStoreTests, IClassFixture<SecureRedis>
{
    protected override RedisOptions Server => new() { Host = "127.0.0.1", Port = redis.Server.Port, Tls = true, TlsAuthority = redis.Server.Authority };
}
