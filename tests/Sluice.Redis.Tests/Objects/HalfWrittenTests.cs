using System.Text;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Redis.Objects;
using Sluice.Redis.Tests.KeyValue;
using Sluice.TestKit.Processes;

namespace Sluice.Redis.Tests.Objects;

/// <summary>A body whose upload went on where it could not, and variants, whose names are not their paths.</summary>
public sealed class HalfWrittenTests(PlainRedis redis) : IClassFixture<PlainRedis>
{
    private const int Length = 300_000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    // Redis evicted it or its time was up; SETRANGE and APPEND would both begin anew.
    [Fact]
    public async Task Part_GoneWhileItIsWritten_IsNotWrittenOn()
    {
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System);
        var turn = Assert.IsType<RedisTurn>(await one.TurnAsync("/gone"));
        Assert.Equal(1, await WriteAsync(one, turn, 0, "first"));
        Assert.Equal(1, await WriteAsync(one, turn, 5, "second"));
        await redis.Server.CliAsync("DEL", turn.Names.Chunk(0));
        Assert.Equal(0, await WriteAsync(one, turn, 11, "third"));
        Assert.Equal("0", await redis.Server.CliAsync("EXISTS", turn.Names.Chunk(0)));
    }

    // A Redis with maxmemory takes keys one by one: who began to read got the bytes before the missing part, as did everybody after him.
    [Theory]
    [InlineData("_chunk_1")]
    [InlineData("_lease")]
    public async Task Object_OfWhichAKeyWasEvicted_IsSharedAnew(string key)
    {
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System, new SharedTierOptions { SizeThreshold = 100_000, ChunkSize = 100_000 });
        var target = "/evicted" + key;
        using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata("a", TimeSpan.FromHours(1)), new byte[Length]));
        Assert.True(await Eventually.HoldsAsync(async () => (await one.LookAsync(target)).Found is not null, Soon));

        Assert.Equal("1", await redis.Server.CliAsync("DEL", $"object:{TierNode.ScopeName} {target}{key}"));

        Assert.Null((await one.LookAsync(target)).Found);
        using (var turn = Assert.IsType<RedisTurn>(await one.TurnAsync(target))) turn.Keep(one.Store(target, Metadata("a", TimeSpan.FromHours(1)), new byte[Length]));
        SharedObject? found = null;
        Assert.True(await Eventually.HoldsAsync(async () => (found = (await one.LookAsync(target)).Found) is not null, Soon));
        await using var read = (await found!.OpenAsync(0, Length, CancellationToken.None))!;
        using var copy = new MemoryStream();
        await read.CopyToAsync(copy);
        Assert.Equal(new byte[Length], copy.ToArray());
    }

    // A node began to write "b" over "a" and died; the origin then went back to "a", so that whoever came next found its bytes to be the same still.
    [Fact]
    public async Task Manifest_OfABodyThatWasWrittenOver_IsNotTakenForTheSameBody()
    {
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System, new SharedTierOptions { Lease = TimeSpan.FromMilliseconds(300) });
        await using var other = await TierNode.OpenAsync(redis.Server, TimeProvider.System);
        var body = Enumerable.Repeat((byte)'a', Length).ToArray();
        using (var turn = await one.TurnAsync("/back")) turn.Keep(one.Store("/back", Metadata("a", TimeSpan.FromSeconds(2)), body));
        Assert.True(await Eventually.HoldsAsync(() => one.Node.GetStatistics().SharedStored == 1, Soon));
        RedisTurn? died = null;
        Assert.True(await Eventually.HoldsAsync(async () => (died = await one.TurnAsync("/back") as RedisTurn) is not null, Soon));
        Assert.NotNull(died!.Seen);
        await WriteAsync(one, died, 0, new string('b', Length));
        died.End();

        using (var turn = await other.TurnAsync("/back")) turn.Keep(other.Store("/back", Metadata("a", TimeSpan.FromHours(1)), body));

        SharedObject? found = null;
        Assert.True(await Eventually.HoldsAsync(async () => (found = (await one.LookAsync("/back")).Found) is not null, Soon));
        await using var read = (await found!.OpenAsync(0, Length, CancellationToken.None))!;
        using var copy = new MemoryStream();
        await read.CopyToAsync(copy);
        Assert.Equal(body, copy.ToArray());
    }

    [Fact]
    public void Manifest_WhosePartsAreMoreThanANumberHolds_IsDamaged() => Assert.Null(ObjectManifest.Read("""
        {"totalSize":-2,"chunkCount":2,"actualChunkSizes":[9223372036854775807,9223372036854775807],"standardChunkSize":9223372036854775807,"isChunked":true,"token":"1","epoch":"1-1","metadata":"AAAA"}
        """u8));

    [Fact]
    public async Task Purge_ByPrefix_TakesVariantsOfThePathsToo()
    {
        const string Target = "video:clips/a.mp4:width=1", Other = "video:others/a.mp4:width=1";
        await using var one = await TierNode.OpenAsync(redis.Server, TimeProvider.System);
        await using var other = await TierNode.OpenAsync(redis.Server, TimeProvider.System);
        foreach (var (target, source) in new[] { (Target, "/clips/a.mp4"), (Other, "/others/a.mp4") })
        {
            using (var turn = await one.TurnAsync(target)) turn.Keep(one.Store(target, Metadata("a", TimeSpan.FromHours(1), source), new byte[Length]));
            Assert.True(await Eventually.HoldsAsync(async () => (await other.LookAsync(target)).Found is not null, Soon));
        }

        var late = Assert.IsType<RedisTurn>(await one.TurnAsync("video:clips/a.mp4:width=2"));
        Assert.Equal(Length, (await other.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Prefix, "/clips/"))).SharedBytes);

        Assert.Null((await one.LookAsync(Target)).Found);
        Assert.NotNull((await one.LookAsync(Other)).Found);
        late.Keep(one.Store("video:clips/a.mp4:width=2", Metadata("a", TimeSpan.FromHours(1), "/clips/a.mp4"), new byte[Length]));
        Assert.True(await Eventually.HoldsAsync(async () => await redis.Server.CliAsync("EXISTS", late.Names.Base) == "1", Soon));
        Assert.Null((await other.LookAsync("video:clips/a.mp4:width=2")).Found);
    }

    private static async Task<long> WriteAsync(TierNode node, RedisTurn turn, int offset, string text) =>
        (await ((RedisObjectTier)node.Cache.Shared!).Client.RunAsync(ObjectScripts.Write, [turn.Names.Lease, turn.Names.Chunk(0), turn.Names.Base], CancellationToken.None, turn.Token, offset, Encoding.ASCII.GetBytes(text), 600_000)).AsInteger();

    private static ObjectMetadata Metadata(string version, TimeSpan lifetime, string source = "/s") => new()
    {
        Status = 200,
        Headers = new HeaderList([new("Content-Type", "video/mp4"), new("ETag", $"\"{version}\"")]),
        Version = new ObjectVersion($"\"{version}\"", null, Length),
        Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = lifetime },
        Source = source,
    };
}
