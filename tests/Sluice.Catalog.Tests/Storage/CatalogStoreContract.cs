using Sluice.Catalog.Events;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Videos;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Storage;

/// <summary>What the catalog's rows do in every database. Inherited once for each.</summary>
public abstract class CatalogStoreContract : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly CatalogMeter meter = new();

    protected ManualTimeProvider Time { get; } = new();

    internal ICatalogStore Store { get; private set; } = null!;

    /// <summary>Opens the database, empty the first time.</summary>
    internal abstract Task<ICatalogDatabase> OpenAsync();

    internal async Task<ICatalogStore> OpenStoreAsync() => new CatalogStore(await OpenAsync(), meter, Time);

    public virtual async ValueTask InitializeAsync() => Store = await OpenStoreAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        meter.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Add_AVideo_IsFoundAsItWas()
    {
        var video = await AddAsync("Ein Titel mit ümlauts 🎬 und 'Anführung'");

        Assert.Equal(video, await Store.FindAsync(video.Id));
        Assert.Null(await Store.FindAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task Add_TheSameVideoTwice_KeepsTheFirst()
    {
        var video = await AddAsync("first");

        await Store.AddAsync(video with { Title = "second" });

        Assert.Equal("first", (await Store.FindAsync(video.Id))!.Title);
    }

    [Fact]
    public async Task List_Pages_GiveEveryVideoOnceNewestFirst()
    {
        var (user, other) = (Guid.NewGuid(), Guid.NewGuid());
        var made = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            made.Add((await AddAsync($"{i}", user)).Id);
            // Two at the same moment must not hide each other.
            if (i % 2 == 0) Time.Advance(TimeSpan.FromMilliseconds(250.5));
        }
        await AddAsync("another's", other);

        var seen = new List<Guid>();
        string? after = null;
        do
        {
            var page = await Store.ListAsync(new VideoQuery(user, 2, after));
            seen.AddRange(page.Take(2).Select(v => v.Id));
            after = page.Count > 2 ? VideoCursor.Write(page[1]) : null;
        }
        while (after is not null);

        Assert.Equal(made.Order(), seen.Order());
        var times = await Task.WhenAll(seen.Select(async id => (await Store.FindAsync(id))!.CreatedAt));
        Assert.Equal(times.OrderDescending(), times);
        Assert.Equal(8, (await Store.ListAsync(new VideoQuery())).Count);
    }

    [Fact]
    public async Task Change_AVideo_RaisesItsVersionAndTellsOfIt()
    {
        var video = await AddAsync("a");
        Time.Advance(TimeSpan.FromSeconds(3));

        var after = await Store.ChangeAsync(video.Id, v => new(v with { Status = VideoStatus.Processing }) { Jobs = [new(JobKind.Transcode)] });

        Assert.Equal(2, after!.Version);
        Assert.Equal(Time.GetUtcNow(), after.UpdatedAt, TimeSpan.FromMilliseconds(1));
        Assert.Equal(after, await Store.FindAsync(video.Id));
        Assert.Equal([(video.Id, 2L, CatalogEventKind.Changed)], (await Store.ReadEventsAsync(0)).Select(e => (e.VideoId, e.Version, e.Kind)));
        Assert.Equal("queued", (await Store.FindJobAsync(video.Id))!.State);
    }

    [Fact]
    public async Task Change_ThatFails_LeavesNeitherRowNorJobNorEvent()
    {
        var video = await AddAsync("a");
        await Store.ChangeAsync(video.Id, v => new(v with { Status = VideoStatus.Processing }) { Jobs = [new(JobKind.Transcode)] });

        // A second transcoding of one video is against a rule of the database.
        await Assert.ThrowsAsync<IOException>(() => Store.ChangeAsync(video.Id, v => new(v with { Title = "b" }) { Jobs = [new(JobKind.Transcode)] }));

        Assert.Equal("a", (await Store.FindAsync(video.Id))!.Title);
        Assert.Single(await Store.ReadEventsAsync(0));
    }

    [Fact]
    public async Task Change_DecidedAgainst_ChangesNothing()
    {
        var video = await AddAsync("a");

        Assert.Equal(video, await Store.ChangeAsync(video.Id, _ => null));
        await Assert.ThrowsAsync<VideoException>(() => Store.ChangeAsync(video.Id, _ => throw new VideoException(VideoFault.InvalidRequest, "no")));

        Assert.Null(await Store.ChangeAsync(Guid.NewGuid(), v => new(v)));
        Assert.Equal(0, await Store.LastEventAsync());
    }

    [Fact]
    public async Task Change_ByManyAtOnce_LosesNone()
    {
        var video = await AddAsync("");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.ChangeAsync(video.Id, v => new(v with { Title = v.Title + "x" })))));

        var after = (await Store.FindAsync(video.Id))!;
        Assert.Equal((21, 20), (after.Version, after.Title.Length));
        var events = await Store.ReadEventsAsync(0);
        Assert.Equal(Enumerable.Range(2, 20).Select(n => (long)n), events.Select(e => e.Version));
    }

    [Fact]
    public async Task Delete_AVideo_RemovesItAndTells()
    {
        var video = await AddAsync("a");

        await Store.ChangeAsync(video.Id, _ => new(null) { CancelsJobs = true, Jobs = [new(JobKind.Delete)] });

        Assert.Null(await Store.FindAsync(video.Id));
        Assert.Equal(CatalogEventKind.Deleted, Assert.Single(await Store.ReadEventsAsync(0)).Kind);
        Assert.Equal(JobKind.Delete, (await Store.ClaimAsync("w", Lease))!.Kind);
    }

    // Whoever asks for the manifest between the row's end and that of its files has the edge keep it again.
    [Fact]
    public async Task End_OfADeletedVideosFiles_TellsOnceMore()
    {
        var video = await AddAsync("a");
        await Store.ChangeAsync(video.Id, _ => new(null) { CancelsJobs = true, Jobs = [new(JobKind.Delete)] });
        var job = (await Store.ClaimAsync("w", Lease))!;
        await Store.EndAsync(job, "no answer", TimeSpan.Zero);
        Assert.Single(await Store.ReadEventsAsync(0));

        await Store.EndAsync((await Store.ClaimAsync("w", Lease))!, null, null);
        await Store.EndAsync(job, null, null);

        Assert.Equal([(video.Id, CatalogEventKind.Deleted), (video.Id, CatalogEventKind.Deleted)], (await Store.ReadEventsAsync(0)).Select(e => (e.VideoId, e.Kind)));
    }

    [Fact]
    public async Task Claim_OneJobByMany_IsGivenToOne()
    {
        await BeginAsync();

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Store.ClaimAsync($"w{i}", Lease))));

        Assert.Single(claims, claim => claim is not null);
    }

    // A worker without room, or ffmpeg, must not put the videos of others into another order, nor deletions behind them.
    [Fact]
    public async Task Claim_WithoutTranscodes_TakesWhatElseIsDue()
    {
        await BeginAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        var gone = await AddAsync("gone");
        await Store.ChangeAsync(gone.Id, _ => new(null) { CancelsJobs = true, Jobs = [new(JobKind.Delete)] });

        Assert.Equal(JobKind.Delete, (await Store.ClaimAsync("w", Lease, transcodes: false))?.Kind);
        Assert.Null(await Store.ClaimAsync("w", Lease, transcodes: false));
        Assert.Equal(JobKind.Transcode, (await Store.ClaimAsync("w", Lease))?.Kind);
    }

    [Fact]
    public async Task Claim_ManyJobsByMany_GivesEachOnce()
    {
        for (var i = 0; i < 12; i++) await BeginAsync();

        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            var mine = new List<long>();
            while (await Store.ClaimAsync($"w{w}", Lease) is { } job) mine.Add(job.Id);
            return mine;
        })));

        Assert.Equal(12, claims.SelectMany(c => c).Distinct().Count());
        Assert.Equal(12, claims.Sum(c => c.Count));
    }

    [Fact]
    public async Task Claim_LeaseOver_GoesToAnotherAndTheFirstHasLostIt()
    {
        var id = await BeginAsync();
        var first = (await Store.ClaimAsync("dead", Lease))!;
        Time.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.Null(await Store.ClaimAsync("next", Lease));
        Assert.True(await Store.ReportAsync(first, "360p", 0.5, Lease));
        Time.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.Null(await Store.ClaimAsync("next", Lease));
        Time.Advance(TimeSpan.FromSeconds(2));

        var second = (await Store.ClaimAsync("next", Lease))!;

        Assert.Equal((first.Id, 1, 2), (second.Id, first.Attempt, second.Attempt));
        Assert.False(await Store.ReportAsync(first, "360p", 0.6, Lease));
        Assert.Null(await Store.ChangeAsync(id, v => new(v with { Status = VideoStatus.Ready, Generation = "late" }), first));
        Assert.Equal(VideoStatus.Processing, (await Store.FindAsync(id))!.Status);
        await Store.EndAsync(first, "late", null);
        Assert.Equal("running", (await Store.FindJobAsync(id))!.State);
        Assert.NotNull(await Store.ChangeAsync(id, v => new(v with { Status = VideoStatus.Ready, Generation = "good" }), second));
        Assert.Equal(("done", 1.0), (await Store.FindJobAsync(id)) is { } report ? (report.State, report.Progress) : default);
    }

    [Fact]
    public async Task End_ToBeTriedAgain_IsDueLater()
    {
        var id = await BeginAsync();
        var job = (await Store.ClaimAsync("w", Lease))!;

        await Store.EndAsync(job, "no space", TimeSpan.FromSeconds(5));

        Assert.Null(await Store.ClaimAsync("w", Lease));
        Assert.Equal(("queued", "no space"), (await Store.FindJobAsync(id)) is { } report ? (report.State, report.Error) : default);
        Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(2, (await Store.ClaimAsync("w", Lease))!.Attempt);
    }

    // A machine that began with the time of another zone, until a time server set it: the video would wait for eight hours.
    [Fact]
    public async Task Claim_AddedBeforeTheClockWasSetBack_IsDueAtOnce()
    {
        var video = await AddAsync("a");
        await using var ahead = new CatalogStore(await OpenAsync(), meter, new ManualTimeProvider(Time.GetUtcNow().AddHours(8)));
        await ahead.ChangeAsync(video.Id, v => new(v with { Status = VideoStatus.Processing }) { Jobs = [new(JobKind.Tidy, TimeSpan.FromDays(1)), new(JobKind.Transcode, TimeSpan.Zero)] });

        Assert.Equal(JobKind.Transcode, (await Store.ClaimAsync("w", Lease))?.Kind);
        Assert.Null(await Store.ClaimAsync("w", Lease));
    }

    [Fact]
    public async Task Release_AJob_DoesNotCountTheAttempt()
    {
        await BeginAsync();
        var job = (await Store.ClaimAsync("w", Lease))!;

        await Store.ReleaseAsync(job);

        Assert.Equal(1, (await Store.ClaimAsync("w", Lease))!.Attempt);
    }

    // With a restart of its worker, or of the bucket, it went behind all that were waiting.
    [Fact]
    public async Task Release_AJobBeforeOthers_KeepsItsPlace()
    {
        await BeginAsync();
        var job = (await Store.ClaimAsync("w", Lease))!;
        Time.Advance(TimeSpan.FromSeconds(1));
        await BeginAsync();
        Time.Advance(TimeSpan.FromSeconds(1));

        await Store.ReleaseAsync(job);

        Assert.Equal(job.Id, (await Store.ClaimAsync("w", Lease))!.Id);
    }

    [Fact]
    public async Task Change_ThatCancelsJobs_TakesThemFromTheirWorker()
    {
        var id = await BeginAsync();
        var job = (await Store.ClaimAsync("w", Lease))!;

        await Store.ChangeAsync(id, v => new(v with { Status = VideoStatus.Failed }) { CancelsJobs = true });

        Assert.False(await Store.ReportAsync(job, "360p", 0.5, Lease));
        Assert.Equal("cancelled", (await Store.FindJobAsync(id))!.State);
    }

    [Fact]
    public async Task Prune_OldEvents_KeepsTheNewestNumber()
    {
        await BeginAsync();
        await BeginAsync();
        var last = await Store.LastEventAsync();
        Time.Advance(TimeSpan.FromDays(30));

        await Store.PruneAsync(TimeSpan.Zero);

        Assert.Equal(last, await Store.LastEventAsync());
        Assert.Single(await Store.ReadEventsAsync(0));
    }

    [Fact]
    public async Task Share_ByManyAtOnce_GivesAllTheSame()
    {
        var values = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Store.ShareAsync("key", $"v{i}"))));

        Assert.Single(values.Distinct());
        Assert.Equal(values[0], await Store.ShareAsync("key", "later"));
    }

    [Fact]
    public async Task Open_Again_FindsWhatWasThere()
    {
        var video = await AddAsync("kept");

        // At the same moment, as several processes do.
        var again = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(OpenStoreAsync)));

        foreach (var store in again)
        {
            Assert.Equal(video, await store.FindAsync(video.Id));
            await store.DisposeAsync();
        }
    }

    private protected async Task<Videos.Video> AddAsync(string title, Guid? user = null)
    {
        var (id, now) = (Guid.NewGuid(), CatalogTime.Now(Time));
        var video = new Videos.Video { Id = id, UserId = user ?? Guid.NewGuid(), Title = title, Status = VideoStatus.PendingUpload, OriginalKey = VideoKeys.Original(id, "a.mp4"), CreatedAt = now, UpdatedAt = now, Version = 1 };
        await Store.AddAsync(video);
        return video;
    }

    private async Task<Guid> BeginAsync()
    {
        var video = await AddAsync("v");
        await Store.ChangeAsync(video.Id, v => new(v with { Status = VideoStatus.Processing }) { Jobs = [new(JobKind.Transcode)] });
        return video.Id;
    }
}
