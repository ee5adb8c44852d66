using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Redis.Objects;
using Sluice.Redis.Tests.KeyValue;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.Objects;

/// <summary>Two nodes in one process, each with a cache of its own, on one real Redis.</summary>
public sealed class SharedTierTests(PlainRedis redis) : IClassFixture<PlainRedis>
{
    private const string ScopeName = TierNode.ScopeName;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static int names;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(7_000_000)]
    public async Task Keep_OnOneNode_IsFoundOnTheOther_ByteByByte(int length)
    {
        await using var one = await OpenAsync(new SharedTierOptions { SizeThreshold = 1 << 20, ChunkSize = 1 << 20 });
        await using var other = await OpenAsync(new SharedTierOptions());
        var target = Unique();
        var body = new BytePattern(7).Bytes(0, length);
        var metadata = Metadata(length, "a", "video-derivative-mobile");
        using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, metadata, body));
        var found = await FindAsync(other, target);
        Assert.Equal(ObjectMetadataFormat.Encode(metadata), ObjectMetadataFormat.Encode(found.Metadata));
        Assert.Equal(body, await ReadAsync(found, 0, length));
        if (length > 2000) Assert.Equal(body[1000..^1000], await ReadAsync(found, 1000, length - 1000));
    }

    [Fact]
    public async Task Turn_Taken_OthersWaitAndThenFind()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var target = Unique();
        var turn = await one.TurnAsync(target);
        Assert.NotSame(SharedTurn.None, turn);
        Assert.Null(turn.Found);
        var waiting = other.TurnAsync(target);
        Assert.True(await Eventually.HoldsAsync(() => other.Node.GetStatistics().Waits == 1, Soon));
        turn.Keep(one.Store(target, Metadata(10, "a"), new byte[10]));
        using var got = await waiting;
        Assert.Equal(10, got.Found!.Metadata.Length);
        Assert.Equal(1, one.Node.GetStatistics().SharedStored);
    }

    [Fact]
    public async Task Turn_RedisGoesAwayMeanwhile_OthersWaitNoLonger()
    {
        await using var server = await RedisServer.StartAsync();
        var options = new SharedTierOptions { Lease = TimeSpan.FromMinutes(5), Patience = TimeSpan.FromMinutes(5) };
        await using var one = await TierNode.OpenAsync(server, TimeProvider.System, options);
        await using var other = await TierNode.OpenAsync(server, TimeProvider.System, options);
        var target = Unique();
        using var turn = await one.TurnAsync(target);
        var waiting = other.TurnAsync(target);
        Assert.True(await Eventually.HoldsAsync(() => other.Node.GetStatistics().Waits == 1, Soon));
        await server.KillAsync();
        Assert.Same(SharedTurn.None, await waiting.WaitAsync(Soon));
    }

    [Fact]
    public async Task Turn_GivenBack_OthersFetchForThemselves()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var target = Unique();
        var turn = await one.TurnAsync(target);
        var waiting = other.TurnAsync(target);
        turn.Dispose();
        Assert.Same(SharedTurn.None, await waiting);
    }

    [Fact]
    public async Task Turn_Forgone_IsTheNextOnes()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var target = Unique();
        var turn = await one.TurnAsync(target);
        var waiting = other.TurnAsync(target);
        turn.Forgo();
        turn.Dispose();
        using var next = Assert.IsType<RedisTurn>(await waiting);
    }

    // One that brought nothing, as for each of the paths that somebody tries which are not there.
    [Fact]
    public async Task Turn_GivenBack_IsForgottenSoonAndStillRefusesEarlierOnes()
    {
        await using var one = await OpenAsync(new SharedTierOptions { Lease = TimeSpan.FromMilliseconds(400) });
        await using var other = await OpenAsync();
        var target = Unique();
        var late = Assert.IsType<RedisTurn>(await one.TurnAsync(target));
        late.End();
        var turn = Assert.IsType<RedisTurn>(await other.TurnAsync(target));
        turn.Dispose();
        Assert.True(await Eventually.HoldsAsync(async () => long.Parse(await redis.Server.CliAsync("PTTL", turn.Names.Lease), CultureInfo.InvariantCulture) is > 0 and <= 70_000, Soon));

        await redis.Server.CliAsync("DEL", turn.Names.Lease);

        var upload = new SharedUpload((RedisObjectTier)one.Cache.Shared!, late.Names, late.Token, late.Epoch);
        Assert.False(await upload.RunAsync(one.Store(target, Metadata(500_000, "old"), new byte[500_000]), CancellationToken.None));
    }

    [Fact]
    public async Task Turn_OfANodeThatDied_IsTakenByAnother()
    {
        await using var one = await OpenAsync(new SharedTierOptions { Lease = TimeSpan.FromMilliseconds(300) });
        await using var other = await OpenAsync();
        var target = Unique();
        _ = await one.TurnAsync(target);
        await one.DisposeAsync();
        using var turn = await other.TurnAsync(target);
        Assert.NotSame(SharedTurn.None, turn);
        Assert.Null(turn.Found);
    }

    // A node that paused for a minute comes back and goes on where it was: nothing it does counts.
    [Fact]
    public async Task Token_OfAnEarlierTurn_IsRefusedEverywhere()
    {
        await using var one = await OpenAsync(new SharedTierOptions { Lease = TimeSpan.FromMilliseconds(400) });
        await using var other = await OpenAsync();
        var target = Unique();
        var late = Assert.IsType<RedisTurn>(await one.TurnAsync(target));
        // Its renewals stop: the node stands still.
        late.End();
        using (var turn = await other.TurnAsync(target)) turn.Keep(other.Store(target, Metadata(500_000, "new"), new byte[500_000]));
        var found = await FindAsync(other, target);
        var upload = new SharedUpload((RedisObjectTier)one.Cache.Shared!, late.Names, late.Token, late.Epoch);
        Assert.False(await upload.RunAsync(one.Store(target, Metadata(500_000, "old"), Enumerable.Repeat((byte)1, 500_000).ToArray()), CancellationToken.None));
        Assert.Equal("\"new\"", (await FindAsync(one, target)).Metadata.Version.ETag);
        Assert.Equal(new byte[500_000], await ReadAsync(found, 0, 500_000));
    }

    [Fact]
    public async Task Read_WhileReplaced_BreaksOffAndNeverMixes()
    {
        await using var one = await OpenAsync();
        var target = Unique();
        using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata(3_000_000, "a"), new byte[3_000_000]));
        var found = await FindAsync(one, target);
        await using var body = (await found.OpenAsync(0, 3_000_000, CancellationToken.None))!;
        await body.ReadExactlyAsync(new byte[1000]);
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, target));
        using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata(3_000_000, "b"), Enumerable.Repeat((byte)2, 3_000_000).ToArray()));
        var rest = new MemoryStream();
        await Assert.ThrowsAsync<IOException>(() => body.CopyToAsync(rest));
        Assert.All(rest.ToArray(), one => Assert.Equal(0, one));
    }

    [Theory]
    [InlineData(PurgeKind.Url)]
    [InlineData(PurgeKind.Prefix)]
    [InlineData(PurgeKind.Tag)]
    [InlineData(PurgeKind.Source)]
    public async Task Purge_OnAnyNode_TakesItFromTheTierAndEveryNode(PurgeKind kind)
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        Assert.True(await Eventually.HoldsAsync(() => one.Node.GetStatistics().OtherNodes >= 1, Soon));
        var target = Unique();
        var kept = Unique();
        foreach (var each in (string[])[target, kept])
        {
            using (var turn = await one.TurnAsync(each)) turn.Keep(one.Store(each, Metadata(1000, "a", "tag-of" + each, source: each), new byte[1000]));
            await FindAsync(other, each);
            other.Store(each, Metadata(1000, "a", "tag-of" + each, source: each), new byte[1000]);
        }

        var purge = new PurgeRequest(kind, kind == PurgeKind.Tag ? "tag-of" + target : target);
        var dry = await other.Cache.PurgeAsync(purge with { DryRun = true });
        Assert.Equal((2, 2, 0), (dry.Objects, dry.Nodes, dry.SilentNodes));
        Assert.InRange(dry.SharedBytes, 1000, 1200);
        Assert.NotNull((await other.LookAsync(target)).Found);
        var receipt = await other.Cache.PurgeAsync(purge);
        Assert.Equal((2, 2, 0, 1000), (receipt.Objects, receipt.Nodes, receipt.SilentNodes, receipt.SharedBytes));
        Assert.Null(one.Cache.Scope(ScopeName).Find(target));
        Assert.Null((await one.LookAsync(target)).Found);
        Assert.NotNull((await one.LookAsync(kept)).Found);
        Assert.Equal("", await redis.Server.CliAsync("--raw", "keys", $"object:*{target}_chunk*"));
    }

    [Fact]
    public async Task Purge_OfAUrl_LooksAtWhatIsOfItsPathOnly()
    {
        await using var one = await OpenAsync();
        var path = Unique();
        foreach (var target in (string[])[path + "?a", path + "?ab", path])
        {
            using var turn = await one.TurnAsync(target);
            turn.Keep(one.Store(target, Metadata(10, "a", source: path), new byte[10]));
            await FindAsync(one, target);
        }

        await redis.Server.CliAsync("config", "resetstat");
        var receipt = await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, path + "?a"));

        Assert.Equal(10, receipt.SharedBytes);
        Assert.DoesNotContain("zscan", await redis.Server.CliAsync("info", "commandstats"), StringComparison.Ordinal);
        Assert.Null((await one.LookAsync(path + "?a")).Found);
        Assert.NotNull((await one.LookAsync(path + "?ab")).Found);
        Assert.NotNull((await one.LookAsync(path)).Found);
    }

    [Fact]
    public async Task Purge_ForAChangingRequest_DoesNotWaitForANodeThatHangs()
    {
        var prefix = Unique();
        await using var node = await TierNode.OpenAsync(redis.Server, TimeProvider.System, prefix: prefix, purgePatience: 3600);
        using var hung = new TcpClient();
        await hung.ConnectAsync(redis.Server.Host, redis.Server.Port);
        await hung.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"SUBSCRIBE {prefix}sluice.purge\r\n"));
        Assert.True(await Eventually.HoldsAsync(async () => (await redis.Server.CliAsync("pubsub", "numsub", prefix + "sluice.purge")).EndsWith('2'), Soon));

        var receipt = await node.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a") { IsInvalidation = true }).WaitAsync(Soon);

        Assert.Equal((1, 1), (receipt.Nodes, receipt.SilentNodes));
        Assert.Contains("\"value\":\"/a\"", await redis.Server.CliAsync("--raw", "xrevrange", prefix + "sluice.purges", "+", "-"), StringComparison.Ordinal);
    }

    // Channels are not of one database, as keys are.
    [Fact]
    public async Task Purge_InAnotherDatabase_IsNotOurs()
    {
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System, database: 1);
        await using var two = await TierNode.OpenAsync(redis.Server, TimeProvider.System, database: 2);
        await using var other = await TierNode.OpenAsync(redis.Server, TimeProvider.System, database: 2);
        var target = Unique();
        foreach (var node in (TierNode[])[one, two, other]) node.Store(target, Metadata(10, "a"), new byte[10]);
        var receipt = await two.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Prefix, "/"));
        Assert.Equal((2, 0), (receipt.Nodes, receipt.SilentNodes));
        Assert.Null(other.Cache.Scope(ScopeName).Find(target));
        Assert.NotNull(one.Cache.Scope(ScopeName).Find(target));
    }

    // It was fetched before the purge and is stored after it: by its epoch nobody takes it.
    [Fact]
    public async Task Purge_BetweenFetchAndStore_KeepsItFromEverybody()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var target = Unique();
        var turn = Assert.IsType<RedisTurn>(await one.TurnAsync(target));
        await other.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Prefix, target[..^1]));
        turn.Keep(one.Store(target, Metadata(100, "before"), new byte[100]));
        Assert.True(await Eventually.HoldsAsync(async () => (await redis.Server.CliAsync("exists", $"object:{ScopeName} {target}")) == "1", Soon));
        Assert.Null((await other.LookAsync(target)).Found);
        Assert.Null((await one.LookAsync(target)).Found);
    }

    [Fact]
    public async Task Keep_BeyondTheBound_LetsTheLeastRecentlyUsedGo()
    {
        await using var one = await OpenAsync(new SharedTierOptions { MaximumBytes = 25_000, MaximumObjectBytes = 10_000 }, prefix: "bound.");
        string[] targets = [Unique(), Unique(), Unique()];
        foreach (var target in targets)
        {
            using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata(10_000, "a"), new byte[10_000]));
            await FindAsync(one, target);
        }

        Assert.True(await Eventually.HoldsAsync(async () => (await one.LookAsync(targets[0])).Found is null, Soon));
        Assert.NotNull((await one.LookAsync(targets[2])).Found);
        Assert.Equal("2", (await redis.Server.CliAsync("--raw", "keys", "bound.object:*_chunk_0")).Split('\n').Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using (var turn = await one.TurnAsync("/too/long")) turn.Keep(one.Store("/too/long", Metadata(10_001, "a"), new byte[10_001]));
        Assert.Same(SharedTurn.None, await one.TurnAsync("/too/long"));
    }

    [Fact]
    public async Task Keep_MoreAtOnceThanAreTaken_OfUnknownLength_OthersAreTakenAfterwards()
    {
        const int atOnce = 64;
        await using var one = await OpenAsync();
        List<Pipe> bodies = [];
        for (var i = 0; i < 2 * atOnce; i++)
        {
            using var turn = await one.TurnAsync(Unique());
            turn.Keep(Arrive());
        }

        foreach (var body in bodies)
        {
            await body.Writer.WriteAsync(new byte[10], TestContext.Current.CancellationToken);
            await body.Writer.CompleteAsync();
        }

        Assert.True(await Eventually.HoldsAsync(() => one.Node.GetStatistics().SharedStored == atOnce, Soon));
        Assert.True(await Eventually.HoldsAsync(
            async () =>
            {
                var target = Unique();
                using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata(10, "a"), new byte[10]));
                return await Eventually.HoldsAsync(async () => (await one.LookAsync(target)).Found is not null, TimeSpan.FromSeconds(2));
            },
            Soon));

        CachedObject Arrive()
        {
            bodies.Add(new Pipe());
            var target = Unique();
            var metadata = Metadata(0, "a") with { Version = new ObjectVersion("\"a\"", null, null) };
            var arriving = one.Cache.Prepare(one.Cache.Scope(ScopeName), target, metadata);
            arriving.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = bodies[^1].Reader.AsStream() }, 0, null, TierNode.Source(target), background: true);
            one.Cache.Publish(arriving, one.Cache.Fence);
            return arriving;
        }
    }

    [Fact]
    public async Task Damaged_IsAMiss()
    {
        await using var one = await OpenAsync();
        var target = Unique();
        foreach (var damage in (string[])["nonsense", "{\"token\":\"1\"}"])
        {
            using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata(100, "a"), new byte[100]));
            await FindAsync(one, target);
            await redis.Server.CliAsync("set", $"object:{ScopeName} {target}", damage);
            Assert.Null((await one.LookAsync(target)).Found);
        }
    }

    private static string Unique() => $"/n{Interlocked.Increment(ref names)}/video.mp4";

    private static ObjectMetadata Metadata(long length, string version, string? tag = null, string source = "/s") => new()
    {
        Status = 200,
        Headers = new HeaderList([new("Content-Type", "video/mp4"), new("ETag", $"\"{version}\"")]),
        Version = new ObjectVersion($"\"{version}\"", null, length),
        Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = TimeSpan.FromHours(1) },
        Tags = tag is null ? [] : [tag],
        Source = source,
    };

    private static async Task<SharedObject> FindAsync(TierNode node, string target)
    {
        SharedObject? found = null;
        Assert.True(await Eventually.HoldsAsync(async () => (found = (await node.LookAsync(target)).Found) is not null, Soon));
        return found!;
    }

    private static async Task<byte[]> ReadAsync(SharedObject found, long start, long end)
    {
        if (start == end) return [];
        await using var body = (await found.OpenAsync(start, end, CancellationToken.None))!;
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy);
        return copy.ToArray();
    }

    private Task<TierNode> OpenAsync(SharedTierOptions? options = null, string prefix = "") => TierNode.OpenAsync(redis.Server, TimeProvider.System, options, prefix);
}
