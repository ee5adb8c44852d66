using Sluice.Redis.Tests.Connections;
using Sluice.Redis.Tests.Objects;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.Invalidation;

public sealed class RightsTests
{
    // It could ask Redis everything and would hear of no purge: that must be told.
    [Fact]
    public async Task Node_ThatMayNotListen_SaysSo()
    {
        await using var server = await RedisServer.StartAsync("user sluice on >secret-of-a-test ~* resetchannels +@all -subscribe", "user default off");
        var options = new RedisOptions { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(20), CommandTimeout = TimeSpan.FromSeconds(10), User = "sluice", Password = "secret-of-a-test" };
        var log = new CountingLogger();
        await using var cache = Sluice.Core.Objects.ObjectCache.Open(new(), TimeProvider.System, log);
        await using var node = new RedisNode(options, TimeProvider.System, log);
        node.Join(cache, null, null);
        await node.StartAsync();
        Assert.True(node.IsAvailable);
        Assert.True(await Eventually.HoldsAsync(() => log.Lines.Count > 0, TimeSpan.FromSeconds(60)));
        Assert.Contains("does not hear what others purge", log.Lines[0], StringComparison.Ordinal);
        Assert.False(node.GetStatistics().Listening);
        var probe = await RedisProbe.RunAsync(options, TimeProvider.System, CancellationToken.None);
        Assert.Contains("does not let this user listen", probe.Problem, StringComparison.Ordinal);
    }

    // What it purges no other node hears of, or nothing is shared with it: neither stood anywhere.
    [Theory]
    [InlineData("~* &* +@all -xadd", "command")]
    [InlineData("~* &* +@all -xrevrange", "xrevrange")]
    [InlineData("~object:* &* +@all", "keys")]
    public async Task Node_ThatMayNotTell_SaysSo(string rights, string named)
    {
        await using var server = await RedisServer.StartAsync($"user sluice on >secret-of-a-test {rights}", "user default off");
        var options = new RedisOptions { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(2), CommandTimeout = TimeSpan.FromSeconds(10), User = "sluice", Password = "secret-of-a-test" };
        var log = new CountingLogger();
        await using var cache = Sluice.Core.Objects.ObjectCache.Open(new(), TimeProvider.System, log);
        await using var node = new RedisNode(options, TimeProvider.System, log);
        node.Join(cache, null, null);
        await node.StartAsync();

        await cache.PurgeAsync(new(Sluice.Core.Tags.PurgeKind.Url, "/a"));

        Assert.True(await Eventually.HoldsAsync(() => log.Lines.Any(line => line.Contains("are not told", StringComparison.Ordinal)), TimeSpan.FromSeconds(60)));
        Assert.Contains(named, log.Lines.First(line => line.Contains("are not told", StringComparison.Ordinal)), StringComparison.Ordinal);
        var probe = await RedisProbe.RunAsync(options, TimeProvider.System, CancellationToken.None);
        Assert.Contains(named, probe.Problem, StringComparison.Ordinal);
    }

    // Any other error than of an unknown command had the advice to take Redis 7.
    [Fact]
    public async Task Probe_OfADatabaseThatIsNotThere_SaysSo()
    {
        await using var server = await RedisServer.StartAsync("databases 2");
        var probe = await RedisProbe.RunAsync(new RedisOptions { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(20), Database = 5 }, TimeProvider.System, CancellationToken.None);
        Assert.EndsWith("DB index is out of range", probe.Problem, StringComparison.Ordinal);
    }

    // It is there, goes on serving what it holds, and hears of nothing: a receipt that says nothing of it says that all have purged.
    [Fact]
    public async Task Purge_WhereANodeDoesNotListen_CountsItAsSilent()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await TierNode.OpenAsync(server, TimeProvider.System);
        await using var other = await TierNode.OpenAsync(server, TimeProvider.System);
        Assert.True(await Eventually.HoldsAsync(() => one.Node.GetStatistics().OtherNodes == 1, TimeSpan.FromSeconds(60)));
        await server.CliAsync("ACL", "SETUSER", "default", "-subscribe");
        await server.CliAsync("CLIENT", "KILL", "TYPE", "pubsub");
        Assert.True(await Eventually.HoldsAsync(() => !other.Node.GetStatistics().Listening, TimeSpan.FromSeconds(60)));

        var receipt = await one.Cache.PurgeAsync(new(Sluice.Core.Tags.PurgeKind.Url, "/a"));

        Assert.Equal((1, 1), (receipt.Nodes, receipt.SilentNodes));
    }

    // What Redis does unless told otherwise.
    [Fact]
    public async Task Probe_WhereClientsNeedACertificate_SaysSo()
    {
        await using var server = await RedisServer.StartTlsAsync("tls-auth-clients yes");
        var probe = await RedisProbe.RunAsync(new RedisOptions { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(20), Tls = true, TlsAuthority = server.Authority }, TimeProvider.System, CancellationToken.None);
        Assert.Contains("tls-auth-clients no", probe.Problem, StringComparison.Ordinal);
    }

    // What docs/many-nodes.md names is all that a node needs.
    [Fact]
    public async Task Probe_WithTheRightsOfTheDocs_FindsNothing()
    {
        await using var server = await RedisServer.StartAsync("user sluice on >secret-of-a-test ~media.* &media.* +@all -@admin -@dangerous +info +client|tracking +client|setname +client|id", "user default off");
        var probe = await RedisProbe.RunAsync(new RedisOptions { Host = "127.0.0.1", Port = server.Port, ConnectTimeout = TimeSpan.FromSeconds(20), User = "sluice", Password = "secret-of-a-test", KeyPrefix = "media." }, TimeProvider.System, CancellationToken.None);
        Assert.Null(probe.Problem);
    }

    [Theory]
    [InlineData("wrong-password", "refuses the user or password")]
    [InlineData(null, "refuses the user or password")]
    public async Task Probe_WithoutThePassword_SaysWhatToDo(string? password, string expected)
    {
        await using var server = await RedisServer.StartAsync("requirepass secret-of-a-test");
        var probe = await RedisProbe.RunAsync(new RedisOptions { Host = "127.0.0.1", Port = server.Port, Password = password, ConnectTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, CancellationToken.None);
        Assert.Contains(expected, probe.Problem, StringComparison.Ordinal);
    }
}
