using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Caching;

public sealed class CachedVideoServiceTests : IDisposable
{
    private readonly CatalogMeter meter = new();
    private readonly ManualTimeProvider time = new();
    private readonly TestVideos videos = new();
    private readonly InProcessKeyValueStores stores;
    private readonly CachedVideoService service;

    public CachedVideoServiceTests()
    {
        stores = new InProcessKeyValueStores(time);
        service = Service(stores.Open("copies"), stores.Open("fences"));
    }

    public void Dispose() => meter.Dispose();

    [Fact]
    public async Task Get_Twice_AsksTheDatabaseOnce()
    {
        var first = await service.GetAsync(TestVideos.Id);
        var second = await service.GetAsync(TestVideos.Id);

        Assert.Equal((TestVideos.First, TestVideos.First, 1), (first, second, videos.Selects));
    }

    [Fact]
    public async Task Get_AfterFiveMinutes_AsksAgain()
    {
        await service.GetAsync(TestVideos.Id);
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await service.GetAsync(TestVideos.Id);
        Assert.Equal(1, videos.Selects);
        time.Advance(TimeSpan.FromSeconds(2));

        await service.GetAsync(TestVideos.Id);

        Assert.Equal(2, videos.Selects);
    }

    [Fact]
    public async Task Get_ByAThousandAtOnce_AsksTheDatabaseOnce()
    {
        var gate = new TaskCompletionSource();
        videos.Gate = gate.Task;
        var readers = Enumerable.Range(0, 1000).Select(_ => service.GetAsync(TestVideos.Id)).ToArray();

        gate.SetResult();
        var found = await Task.WhenAll(readers);

        Assert.Equal(1, videos.Selects);
        Assert.All(found, video => Assert.Equal(TestVideos.First, video));
    }

    [Fact]
    public async Task Get_FirstOfManyLeaves_OthersAreAnswered()
    {
        var gate = new TaskCompletionSource();
        videos.Gate = gate.Task;
        using var leaving = new CancellationTokenSource();
        var first = service.GetAsync(TestVideos.Id, leaving.Token);
        var second = service.GetAsync(TestVideos.Id);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.Equal(TestVideos.First, await second);
        // Nothing of it is left behind for those who come later.
        await service.ProcessAsync(TestVideos.Id);
        Assert.Equal(2, (await service.GetAsync(TestVideos.Id)).Version);
    }

    [Fact]
    public async Task Get_NoSuchVideo_IsToldAndNotKept()
    {
        videos.Row = null;
        await Assert.ThrowsAsync<VideoException>(() => service.GetAsync(TestVideos.Id));
        videos.Row = TestVideos.First;

        Assert.Equal(TestVideos.First, await service.GetAsync(TestVideos.Id));
    }

    [Theory]
    [InlineData(VideoStatus.PendingUpload)]
    [InlineData(VideoStatus.Processing)]
    [InlineData(VideoStatus.Failed)]
    public async Task Get_NotReady_HasNoAddress(VideoStatus status)
    {
        videos.Row = TestVideos.First with { Status = status, HlsKey = VideoKeys.Master(TestVideos.Id) };

        Assert.Null((await service.GetAsync(TestVideos.Id)).PlaybackUrl);
        Assert.Null((await service.GetAsync(TestVideos.Id)).PlaybackUrl);
    }

    [Fact]
    public async Task Get_Ready_HasTheAddressThatIsNotStored()
    {
        videos.Row = TestVideos.First with { Status = VideoStatus.Ready, HlsKey = VideoKeys.Master(TestVideos.Id), Generation = "g1" };

        var (miss, hit) = (await service.GetAsync(TestVideos.Id), await service.GetAsync(TestVideos.Id));

        Assert.Equal("http://localhost:8081/hls/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d/master.m3u8", miss.PlaybackUrl!.ToString());
        Assert.Equal(miss, hit);
        Assert.DoesNotContain("8081", Encoding.UTF8.GetString((await stores.Open("copies").GetAsync("video:6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d"))!.Value.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_OfEveryKind_VoidTheCopy()
    {
        foreach (var change in (Func<Guid, Task<Video>>[])[id => service.ProcessAsync(id), id => service.CancelAsync(id), id => service.ReprocessAsync(id)])
        {
            await service.GetAsync(TestVideos.Id);
            var after = await change(TestVideos.Id);
            Assert.Null(await stores.Open("copies").GetAsync($"video:{TestVideos.Id}"));
            Assert.Equal(after, await service.GetAsync(TestVideos.Id));
        }
        await service.DeleteAsync(TestVideos.Id);
        await Assert.ThrowsAsync<VideoException>(() => service.GetAsync(TestVideos.Id));
    }

    [Fact]
    public async Task Get_StoreDown_IsAnsweredFromTheDatabase()
    {
        var down = Service(new BrokenStore(), new BrokenStore());

        Assert.Equal(TestVideos.First, await down.GetAsync(TestVideos.Id));
        Assert.Equal(TestVideos.First, await down.GetAsync(TestVideos.Id));
        Assert.Equal(2, (await down.ProcessAsync(TestVideos.Id)).Version);
        Assert.False(await down.InvalidateAsync(TestVideos.Id));
        Assert.Equal(2, videos.Selects);
    }

    [Fact]
    public async Task Get_StoreHangs_IsAnsweredFromTheDatabaseInHalfASecond()
    {
        var hanging = Service(new BrokenStore(new TaskCompletionSource().Task), new BrokenStore(new TaskCompletionSource().Task));
        var reading = hanging.GetAsync(TestVideos.Id);
        Assert.False(reading.IsCompleted);

        time.Advance(TimeSpan.FromMilliseconds(501));

        Assert.Equal(TestVideos.First, await reading);
    }

    [Fact]
    public async Task Invalidate_StoreTakesNothing_LetsGoOfTheCopy()
    {
        await service.GetAsync(TestVideos.Id);

        // Full: what was there can still be deleted.
        Assert.False(await Service(stores.Open("copies"), new BrokenStore()).InvalidateAsync(TestVideos.Id));

        Assert.Null(await stores.Open("copies").GetAsync($"video:{TestVideos.Id}"));
    }

    [Fact]
    public async Task Get_AfterAChangeWhileTheStoreTakesNoWrites_IsAnsweredFromTheDatabase()
    {
        var (copies, fences) = (new AwayStore(stores.Open("copies")), new AwayStore(stores.Open("fences")));
        var changing = Service(copies, fences);
        await changing.GetAsync(TestVideos.Id);
        copies.IsReadOnly = fences.IsReadOnly = true;

        await changing.ProcessAsync(TestVideos.Id);

        Assert.Equal(2, (await changing.GetAsync(TestVideos.Id)).Version);
        copies.IsReadOnly = fences.IsReadOnly = false;
        Assert.True(await changing.InvalidateAsync(TestVideos.Id));
        await changing.GetAsync(TestVideos.Id);
        var before = videos.Selects;
        Assert.Equal((2, before), ((await changing.GetAsync(TestVideos.Id)).Version, videos.Selects));
    }

    // The first says that all is void when the second, which comes later and is not, has begun.
    [Fact]
    public async Task Get_AfterTwoChangesOfWhichOnlyTheFirstWasVoided_IsAnsweredFromTheDatabase()
    {
        var copies = new SlowVoiding();
        var changing = new CachedVideoService(videos, copies, new CatalogOptions { Directory = "" }, meter);
        var (first, second) = (changing.InvalidateAsync(TestVideos.Id).AsTask(), changing.InvalidateAsync(TestVideos.Id).AsTask());
        videos.Row = TestVideos.First with { Version = 3 };

        copies.Calls[0].SetResult(true);
        copies.Calls[1].SetResult(false);

        Assert.Equal((true, false), (await first, await second));
        Assert.Equal(3, (await changing.GetAsync(TestVideos.Id)).Version);
    }

    [Fact]
    public async Task Get_StoreBroughtBackWithOldCopies_IsNotAnsweredByThem()
    {
        await service.GetAsync(TestVideos.Id);
        videos.Row = TestVideos.First with { Version = 2, Title = "new" };

        // What the follower of events does once the store is back.
        Assert.True(await service.InvalidateAsync(TestVideos.Id));

        Assert.Equal("new", (await service.GetAsync(TestVideos.Id)).Title);
    }

    [Fact]
    public async Task Copy_InTheStore_IsThisJson()
    {
        await service.GetAsync(TestVideos.Id);

        var stored = await stores.Open("copies").GetAsync("video:6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d");

        Assert.Equal("""
            {"id":"6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d","user_id":"11111111-2222-4333-8444-555555555555","title":"It\u0027s \u0022one\u0022","status":"PENDING_UPLOAD","original_url":"originals/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d/a.mp4","created_at":"2026-01-02T03:04:05.123456Z","updated_at":"2026-01-02T03:04:05.123456Z","version":1,"fence":""}
            """, Encoding.UTF8.GetString(stored!.Value.Span));
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromMinutes(5), stored.ExpiresAt);
    }

    [Fact]
    public async Task Copy_OfAnotherProgram_IsReplaced()
    {
        await stores.Open("copies").SetAsync($"video:{TestVideos.Id}", "nonsense"u8.ToArray(), new KeyValueSettings());

        Assert.Equal(TestVideos.First, await service.GetAsync(TestVideos.Id));
        Assert.Equal(TestVideos.First, await service.GetAsync(TestVideos.Id));

        Assert.Equal(1, videos.Selects);
    }

    private CachedVideoService Service(IKeyValueStore copies, IKeyValueStore fences) => new(videos,
        new KeyValueVideoCache(copies, fences, meter, time, NullLogger.Instance) { LongestLife = TimeSpan.FromMinutes(5) }, new CatalogOptions { Directory = "" }, meter);

    /// <summary>Has an old copy, and voids it when it is told to.</summary>
    private sealed class SlowVoiding : IVideoCache
    {
        public List<TaskCompletionSource<bool>> Calls { get; } = [];

        public ValueTask<CacheLookup> GetAsync(Guid id, CancellationToken cancellation = default) => new(new CacheLookup(TestVideos.First, "", true, 0));

        public ValueTask SetAsync(Video video, TimeSpan timeToLive, CacheLookup lookup, CancellationToken cancellation = default) => default;

        public ValueTask<bool> InvalidateAsync(Guid id, CancellationToken cancellation = default)
        {
            Calls.Add(new());
            return new(Calls[^1].Task);
        }
    }

    private sealed class BrokenStore(Task? hang = null) : IKeyValueStore
    {
        public string Namespace => "broken";

        public async ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default) => throw await FailAsync();

        public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default) => throw await FailAsync();

        public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default) => throw await FailAsync();

        public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) => throw new NotSupportedException();

        public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        private async Task<Exception> FailAsync()
        {
            if (hang is not null) await hang;
            return new IOException("refused");
        }
    }
}
