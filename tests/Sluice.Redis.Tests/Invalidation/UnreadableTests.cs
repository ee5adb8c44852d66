using System.Text.Json;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Redis.Invalidation;
using Sluice.Redis.Tests.KeyValue;
using Sluice.Redis.Tests.Objects;
using Sluice.TestKit.Processes;

namespace Sluice.Redis.Tests.Invalidation;

/// <summary>Messages that are none, or of a version to come.</summary>
public sealed class UnreadableTests(PlainRedis redis) : IClassFixture<PlainRedis>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("""{"node":"x","number":1,"purge":{"kind":"Url","value":null}}""")]
    [InlineData("""{"node":"x","number":1,"purge":{"kind":"Prefix"}}""")]
    [InlineData("""{"node":"x","number":1,"purge":{"kind":"Host","value":"a"}}""")]
    [InlineData("""{"node":"x","number":1,"receipt":{"examples":null}}""")]
    [InlineData("""{"node":null,"number":1,"receipt":{}}""")]
    public void Message_WithoutWhatItNeeds_IsUnreadable(string json) => Assert.Throws<JsonException>(() => PurgeMessage.FromJson(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Message_WrittenAndRead_IsTheSame()
    {
        var question = new PurgeMessage("x", 1, new PurgeRequest(PurgeKind.Tag, "a", Soft: true));
        Assert.Equal(question, PurgeMessage.FromJson(question.ToJson()));
        Assert.Equal(7, PurgeMessage.FromJson(new PurgeMessage("x", 1, null, new PurgeReceipt { Objects = 7 }).ToJson())!.Receipt!.Objects);
    }

    // The first of them ended the only one who listens: nothing that others purged was heard of any more, and stopping ended with an exception.
    [Theory]
    [InlineData("""{"node":"x","number":1,"purge":{"kind":"Url","value":null}}""", "")]
    [InlineData("""{"node":"x","number":1,"purge":{"kind":"Prefix","dryRun":true}}""", "")]
    [InlineData("""{"node":"x","number":1,"purge":{"kind":"Url","value":null}}""", "1-1")]
    [InlineData("none", "1-1")]
    public async Task Unreadable_HoldsUpNoPurge(string message, string place)
    {
        var prefix = $"{Guid.NewGuid():N}.";
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System, prefix: prefix);
        await using var other = await TierNode.OpenAsync(redis.Server, TimeProvider.System, prefix: prefix);
        var held = Store(other, "/a");
        await TellAsync(prefix, place, message);

        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));

        Assert.True(await Eventually.HoldsAsync(() => held.IsDetached, Soon), "the purge was not heard of");
    }

    // A node that was away takes it for everything, when it reads it in the log; one that was there went on with what it held.
    [Fact]
    public async Task PurgeOfAVersionToCome_StandsForEverything()
    {
        var prefix = $"{Guid.NewGuid():N}.";
        await using var node = await TierNode.OpenAsync(redis.Server, TimeProvider.System, prefix: prefix);
        var held = Store(node, "/a");
        const string Message = """{"node":"x","number":1,"purge":{"kind":"Host","value":"a"}}""";
        var place = (await redis.Server.CliAsync("--raw", "XADD", prefix + "sluice.purges", "*", "purge", Message)).Trim();

        await TellAsync(prefix, place, Message);

        Assert.True(await Eventually.HoldsAsync(() => held.Metadata.Freshness.Lifetime == TimeSpan.Zero, Soon), "it is held as before");
    }

    // Each had all of the log read, of up to eight thousand entries, on every node, one after another: who purged meanwhile waited for all of that.
    [Fact]
    public async Task ManyUnreadable_AreLookedUpTogether()
    {
        var prefix = $"{Guid.NewGuid():N}.";
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System, prefix: prefix);
        await using var other = await TierNode.OpenAsync(redis.Server, TimeProvider.System, prefix: prefix);
        var held = Store(other, "/a");
        var before = await ReadsAsync();
        await redis.Server.CliAsync("EVAL", "for i = 1, 500 do redis.call('PUBLISH', KEYS[1], '1-1\\nnone') end", "1", prefix + "sluice.purge");

        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));

        Assert.True(await Eventually.HoldsAsync(() => held.IsDetached, Soon), "the purge was not heard of");
        Assert.InRange(await ReadsAsync() - before, 1, 500);

        async Task<int> ReadsAsync() => int.Parse((await redis.Server.CliAsync("INFO", "commandstats")).Split("cmdstat_xrevrange:calls=")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task<string> TellAsync(string prefix, string place, string message) => redis.Server.CliAsync("PUBLISH", prefix + "sluice.purge", $"{place}\n{message}");

    private static CachedObject Store(TierNode node, string target) => node.Store(target, new ObjectMetadata
    {
        Status = 200,
        Headers = new HeaderList([new("ETag", "\"a\"")]),
        Version = new ObjectVersion("\"a\"", null, 10),
        Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = TimeSpan.FromHours(1) },
        Source = target,
    }, new byte[10]);
}
