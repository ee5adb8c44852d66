using Sluice.Redis.Tests.Connections;
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
