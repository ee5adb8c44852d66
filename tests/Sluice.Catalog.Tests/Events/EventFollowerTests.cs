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
    private readonly SqliteCatalog database;
    private readonly CatalogStore store;
    private readonly List<string> told = [];
    private readonly AwayStore copies, fences;
    private bool isDeaf;

    public EventFollowerTests()
    {
        database = SqliteCatalog.Open(folder.FileOf("c.db"));
        store = new CatalogStore(database, meter, time);
        var stores = new InProcessKeyValueStores(time);
        (copies, fences) = (new AwayStore(stores.Open("a")), new AwayStore(stores.Open("b")));
    }

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
    public async Task CatchUp_CacheAway_TellsTheEdgeOnceAndVoidsCopiesWhenItIsBack()
    {
        var (videos, follower) = ((Guid[])[await AddAsync(), await AddAsync()], Follower());
        await follower.CatchUpAsync(default);
        var kept = File.ReadAllText(folder.FileOf("cursor"));
        foreach (var video in videos) await copies.SetAsync($"video:{video}", "old"u8.ToArray(), new KeyValueSettings());
        (copies.IsAway, fences.IsAway) = (true, true);
        foreach (var video in videos) await store.ChangeAsync(video, v => new(v with { Status = VideoStatus.Ready }));

        await follower.CatchUpAsync(default);
        await follower.CatchUpAsync(default);

        Assert.Equal([.. videos.Select(video => $"published {video}")], told);
        // Whoever starts anew before then has to void them.
        Assert.Equal(kept, File.ReadAllText(folder.FileOf("cursor")));
        (copies.IsAway, fences.IsAway) = (false, false);
        await follower.CatchUpAsync(default);
        Assert.Equal(2, told.Count);
        foreach (var video in videos) Assert.Null(await copies.GetAsync($"video:{video}"));
        Assert.NotEqual(kept, File.ReadAllText(folder.FileOf("cursor")));
    }

    [Fact]
    public async Task CatchUp_CacheTakesNoWrites_ChangesOfOthersAreSeen()
    {
        var (ids, service) = ((Guid[])[await AddAsync(), await AddAsync()], Service());
        var follower = Follower(service);
        await follower.CatchUpAsync(default);
        foreach (var id in ids) await service.GetAsync(id);
        (copies.IsReadOnly, fences.IsReadOnly) = (true, true);
        foreach (var id in ids) await store.ChangeAsync(id, v => new(v with { Status = VideoStatus.Processing }));

        await follower.CatchUpAsync(default);

        foreach (var id in ids) Assert.Equal(VideoStatus.Processing, (await service.GetAsync(id)).Status);
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

    // Restored from a backup while this process goes on: the numbers that come next were read before.
    [Fact]
    public async Task CatchUp_AnOlderCopyOfTheDatabase_TellsOnceWhatIsChangedInIt()
    {
        var (video, follower) = (await AddAsync(), Follower());
        await follower.CatchUpAsync(default);
        foreach (var title in (string[])["a", "b", "c"]) await store.ChangeAsync(video, v => new(v with { Title = title }));
        await follower.CatchUpAsync(default);
        await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync($"DELETE FROM events WHERE id > 1", default);
            return await session.ExecuteAsync($"UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events'", default);
        }, default);

        await store.ChangeAsync(video, _ => new(null));
        await follower.CatchUpAsync(default);
        await follower.CatchUpAsync(default);

        Assert.Equal([$"deleted {video}"], told);
        Assert.Equal("2", File.ReadAllText(folder.FileOf("cursor")));
    }

    private EventFollower Follower(CachedVideoService? videos = null) => new(store, videos ?? Service(), this, folder.FileOf("cursor"), time, NullLogger<EventFollower>.Instance);

    private CachedVideoService Service()
    {
        var options = new CatalogOptions { Directory = folder.Path };
        var cache = new KeyValueVideoCache(copies, fences, meter, time, NullLogger.Instance) { LongestLife = TimeSpan.FromMinutes(5) };
        return new CachedVideoService(new VideoService(store, options, time), cache, options, meter);
    }

    private async Task<Guid> AddAsync() => (await new VideoService(store, new CatalogOptions { Directory = "" }, time).CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"))).Id;

    private Task Tell(string what)
    {
        if (isDeaf) throw new IOException("deaf");
        told.Add(what);
        return Task.CompletedTask;
    }
}
