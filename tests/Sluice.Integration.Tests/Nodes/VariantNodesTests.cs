using Sluice.Integration.Tests.Video;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Two servers on one folder and one Redis: a variant is made once for both, and never of a source that the other knows to have changed.</summary>
public sealed class VariantNodesTests(VideoEdge video) : IClassFixture<VideoEdge>, IAsyncLifetime
{
    private const string Query = "?mode=frame&width=160&height=90&format=png";
    private readonly TemporaryFolder folder = new();
    private NodeSet set = null!;

    public async ValueTask InitializeAsync()
    {
        File.Copy(await Clips.SquareAsync(), folder.FileOf("a.mp4"));
        set = await NodeSet.StartAsync(2, await RedisServer.StartAsync(), folder.Path, new Dictionary<string, string> { ["PATH"] = video.CountingPath });
    }

    public async ValueTask DisposeAsync()
    {
        await set.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Variant_MadeOnOneNode_IsAHitOnTheOther()
    {
        var before = video.Runs;
        var first = await set.Nodes[0].Edge.AskAsync("/a.mp4?width=160&duration=2s");
        Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.StatisticAsync(set.Nodes[0], "sharedStored") >= 1 && (await set.Redis.CliAsync("--raw", "keys", "object:*w=160*_chunk_0")).Length > 0, NodeSet.Soon));
        var second = await set.Nodes[1].Edge.AskAsync("/a.mp4?width=160&duration=2s");
        Assert.Equal(("MISS", "HIT", 1), (first.CacheStatus, second.CacheStatus, video.Runs - before));
        Assert.Equal(first.Header("ETag"), second.Header("ETag"));
        Assert.True(first.Body.AsSpan().SequenceEqual(second.Body));
        // And is its own from then on.
        Assert.Equal("HIT", (await set.Nodes[1].Edge.AskAsync("/a.mp4?width=160&duration=2s")).CacheStatus);
    }

    // Row DBG-01.
    [Theory]
    [InlineData("debug=true", "BYPASS")]
    [InlineData("no-kv-cache=true", "MISS")]
    public async Task Variant_AskedForPastTheCache_IsNotTakenFromTheTier(string past, string status)
    {
        await set.Nodes[0].Edge.AskAsync("/a.mp4" + Query);
        Assert.True(await Eventually.HoldsAsync(async () => (await set.Redis.CliAsync("--raw", "keys", "object:*frame:a.mp4*_chunk_0")).Length > 0, NodeSet.Soon));
        var before = video.Runs;
        Assert.Equal((status, 1), ((await set.Nodes[1].Edge.AskAsync($"/a.mp4{Query}&{past}")).CacheStatus, video.Runs - before));
    }

    [Fact]
    public async Task Variant_AskedForOnBothNodesAtOnce_IsMadeOnce()
    {
        var before = video.Runs;
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => set.Nodes[i % 2].Edge.AskAsync("/a.mp4?width=320&height=240")));
        Assert.Equal(1, video.Runs - before);
        Assert.All(answers, answer => Assert.True(answer.Status == 200 && answer.Body.AsSpan().SequenceEqual(answers[0].Body)));
    }

    [Fact]
    public async Task Variant_OfAnOlderVersion_IsNotTakenFromTheTier()
    {
        var old = await set.Nodes[0].Edge.AskAsync("/a.mp4" + Query);
        Assert.True(await Eventually.HoldsAsync(async () => (await set.Redis.CliAsync("--raw", "keys", "object:*frame:a.mp4*_chunk_0")).Length > 0, NodeSet.Soon));
        File.Copy(await Clips.ColoursAsync(), folder.FileOf("a.mp4"), overwrite: true);
        File.SetLastWriteTimeUtc(folder.FileOf("a.mp4"), File.GetLastWriteTimeUtc(folder.FileOf("a.mp4")).AddSeconds(10));

        // The other node sees the new version, and nobody has told the tier.
        await set.Nodes[1].Edge.AskAsync("/a.mp4", "Cache-Control: no-cache");
        var made = await set.Nodes[1].Edge.AskAsync("/a.mp4" + Query);

        Assert.NotEqual(old.Header("ETag"), made.Header("ETag"));
        var picture = folder.FileOf("picture.png");
        await File.WriteAllBytesAsync(picture, made.Body);
        var pixel = await Clips.PixelsAsync(picture, 1, 1);
        Assert.InRange(pixel[0], Clips.Colours[0].R - 16, Clips.Colours[0].R + 16);
    }
}
