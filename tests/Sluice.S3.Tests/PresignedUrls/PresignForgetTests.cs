using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.S3.PresignedUrls;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>An object that changed gets other URLs than it had: caches on the way must not answer with what it was.</summary>
public sealed class PresignForgetTests : IDisposable
{
    private readonly ManualTimeProvider clock = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forget_APath_GivesItAnotherUrlAndLeavesTheOthers(bool stable)
    {
        await using var bed = new PresignBed(new() { Stable = stable }, time: clock);
        var head = new PresignOptions { Method = "HEAD" };
        var before = (Get: await bed.UrlAsync("a b.mp4"), Head: await bed.UrlAsync("a b.mp4", head), Other: await bed.UrlAsync("a b.mp4.txt"));
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, await bed.Urls.ForgetAsync("/a b.mp4", TestContext.Current.CancellationToken));

        var after = await bed.UrlAsync("a b.mp4");
        Assert.NotEqual(before.Get, after);
        Assert.NotEqual(before.Head, await bed.UrlAsync("a b.mp4", head));
        Assert.Equal(before.Other, await bed.UrlAsync("a b.mp4.txt"));
        Assert.Equal(clock.GetUtcNow(), PresignBed.SignedAt(after));
        Assert.Equal(TimeSpan.FromHours(1), PresignBed.Lifetime(after));
        // And is as stable as any from then on.
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(after, await bed.UrlAsync("a b.mp4"));
        Assert.Equal(0, await bed.Urls.ForgetAsync("never asked for", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Forget_EndsNoPeriodOfAStableUrl()
    {
        await using var told = new PresignBed(time: clock);
        await using var untold = new PresignBed(time: clock);
        await told.UrlAsync("a");
        await told.Urls.ForgetAsync("a", TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMinutes(54));
        // In the next period processes agree again.
        Assert.Equal(await untold.UrlAsync("a"), await told.UrlAsync("a"));
    }

    [Fact]
    public async Task Forget_ReachesTheStore_AndProcessesThatShareIt()
    {
        await using var stores = new SqliteKeyValueStores(folder.FileOf("kv.db"), clock, NullLogger.Instance);
        await using var one = new PresignBed(store: stores.Open("presigned"), time: clock);
        var before = await one.UrlAsync("a.mp4");
        await one.IdleAsync();
        clock.Advance(TimeSpan.FromSeconds(3));
        await one.Urls.ForgetAsync("a.mp4", TestContext.Current.CancellationToken);
        var after = await one.UrlAsync("a.mp4");
        await one.IdleAsync();
        Assert.NotEqual(before, after);

        // One that was not there when the object changed takes the URL that is right now, rather than making the old one again.
        clock.Advance(TimeSpan.FromSeconds(1));
        await using var two = new PresignBed(store: stores.Open("presigned"), time: clock);
        Assert.Equal(after, await two.UrlAsync("a.mp4"));
        Assert.Equal(0, two.Counts.Signatures);
    }

    [Fact]
    public async Task Forget_WithAStoreThatFails_StillVoidsWhatIsHeld()
    {
        var store = new UnreliableStore(new InProcessKeyValueStores(clock).Open("presigned"));
        await using var bed = new PresignBed(store: store, time: clock);
        var before = await bed.UrlAsync("a");
        await bed.IdleAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        store.Failure = new IOException("gone");
        Assert.Equal(1, await bed.Urls.ForgetAsync("a", TestContext.Current.CancellationToken));
        store.Failure = null;
        clock.Advance(TimeSpan.FromSeconds(10));
        // The store answers again, and still has the old one.
        Assert.NotEqual(before, await bed.UrlAsync("a"));
    }

    [Fact]
    public void Voids_BeyondWhatIsRemembered_AreOfEverything()
    {
        var voids = new PresignVoids(clock, mostPaths: 2);
        voids.Add("a");
        voids.Add("b");
        Assert.Equal(0, voids.Of("c").Since);
        voids.Add("c");
        Assert.All((string[])["a", "b", "c", "d"], path => Assert.Equal(clock.GetUtcNow().UtcTicks, voids.Of(path).Since));
    }
}
