using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Caching;
using Sluice.Catalog.Storage;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Events;

public sealed class EventFollowerTests : IAsyncDisposable, ICatalogObserver
{
    private readonly TemporaryFolder folder = new();
    private readonly CatalogMeter meter = new();
    private readonly ManualTimeProvider time = new();
    private readonly CatalogStore store;
    private readonly List<string> told = [];
    private bool isDeaf;

    public EventFollowerTests() => store = new CatalogStore(SqliteCatalog.Open(folder.FileOf("c.db")), meter, time);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        meter.Dispose();
        folder.Dispose();
    }

    Task ICatalogObserver.OnPublishedAsync(Guid video, CancellationToken cancellation) => Tell($"published {video}");

    Task ICatalogObserver.OnDeletedAsync(Guid video, CancellationToken cancellation) => Tell($"deleted {video}");

    [Fact]
    public async Task CatchUp_AfterChanges_TellsEachOnceInOrder()
    {
        var (video, follower) = (await AddAsync(), Follower());
        await follower.CatchUpAsync(default);
        await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Processing }));
        await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Ready }));
        await store.ChangeAsync(video, _ => new(null));

        await follower.CatchUpAsync(default);
        await follower.CatchUpAsync(default);

        Assert.Equal([$"published {video}", $"deleted {video}"], told);
    }

    [Fact]
    public async Task CatchUp_EdgeFails_TellsAgain()
    {
        var (video, follower) = (await AddAsync(), Follower());
        await follower.CatchUpAsync(default);
        await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Ready }));
        isDeaf = true;
        await Assert.ThrowsAsync<IOException>(() => follower.CatchUpAsync(default));
        isDeaf = false;

        await follower.CatchUpAsync(default);

        Assert.Equal([$"published {video}"], told);
    }

    [Fact]
    public async Task Publications_OfThisProcess_AreToldOnceAndOthersAlways()
    {
        var (video, own) = (Guid.NewGuid(), new OwnPublications(this));

        await own.AnnounceAsync(video, default);
        await own.OnPublishedAsync(video, default);
        Assert.Single(told);
        await own.OnPublishedAsync(video, default);
        Assert.Equal(2, told.Count);
        await own.AnnounceAsync(video, default);
        own.Withdraw(video);
        await own.OnPublishedAsync(video, default);

        Assert.Equal(4, told.Count);
    }

    [Fact]
    public async Task CatchUp_AfterARestart_TellsWhatHappenedMeanwhile()
    {
        var video = await AddAsync();
        await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Processing }));
        await Follower().CatchUpAsync(default);
        await store.ChangeAsync(video, v => new(v with { Title = "x" }));
        var before = Follower();
        await before.CatchUpAsync(default);
        told.Clear();
        await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Ready }));

        await Follower().CatchUpAsync(default);

        Assert.Equal([$"published {video}"], told);
    }

    [Fact]
    public async Task CatchUp_CursorOfAnotherDatabase_BeginsAtTheEnd()
    {
        var video = await AddAsync();
        await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Ready }));
        folder.Write("cursor", "999");

        await Follower().CatchUpAsync(default);

        Assert.Empty(told);
    }

    private EventFollower Follower()
    {
        var stores = new InProcessKeyValueStores(time);
        var options = new CatalogOptions { Directory = folder.Path };
        var cache = new KeyValueVideoCache(stores.Open("a"), stores.Open("b"), meter, time, NullLogger.Instance) { LongestLife = TimeSpan.FromMinutes(5) };
        return new EventFollower(store, new CachedVideoService(new VideoService(store, options, time), cache, options, meter), this, folder.FileOf("cursor"), time, NullLogger<EventFollower>.Instance);
    }

    private async Task<Guid> AddAsync() => (await new VideoService(store, new CatalogOptions { Directory = "" }, time).CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"))).Id;

    private Task Tell(string what)
    {
        if (isDeaf) throw new IOException("deaf");
        told.Add(what);
        return Task.CompletedTask;
    }
}
