using Sluice.Catalog.Jobs;
using Sluice.Catalog.Storage;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Videos;

public sealed class VideoServiceTests : IAsyncDisposable
{
    private const string User = "6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d";

    private readonly TemporaryFolder folder = new();
    private readonly CatalogMeter meter = new();
    private readonly ManualTimeProvider time = new();
    private readonly CatalogStore store;
    private readonly VideoService service;

    public VideoServiceTests()
    {
        store = new CatalogStore(SqliteCatalog.Open(folder.FileOf("c.db")), meter, time);
        service = new VideoService(store, new CatalogOptions { Directory = folder.Path }, time);
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        meter.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Create_AVideo_WaitsForItsUpload()
    {
        var video = await service.CreateAsync(new NewVideo(User, "T", "my clip.mp4"));

        Assert.Equal((VideoStatus.PendingUpload, $"originals/{video.Id}/my clip.mp4", 1L), (video.Status, video.OriginalKey, video.Version));
        Assert.Equal(video, await service.GetAsync(video.Id));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(255, true)]
    [InlineData(0, false)]
    [InlineData(256, false)]
    public async Task Create_TitleOfLength_IsTakenFrom1To255(int length, bool taken)
    {
        // Characters of two UTF-16 units each count once, as PostgreSQL counts.
        var title = string.Concat(Enumerable.Repeat("🎬", length));

        var fault = await FaultAsync(() => service.CreateAsync(new NewVideo(User, title, "a.mp4")));

        Assert.Equal(taken ? null : VideoFault.InvalidTitle, fault);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("me")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("{6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d}")]
    [InlineData("6f1c2e0a6a4e4b7e9d0e0c3f5a1b2c3d")]
    public async Task Create_UserThatIsNoUuid_IsRefused(string? user) =>
        Assert.Equal(VideoFault.InvalidUserId, await FaultAsync(() => service.CreateAsync(new NewVideo(user, "T", "a.mp4"))));

    [Theory]
    [InlineData("a\0b")]
    [InlineData("line\nbreak")]
    [InlineData("\ud800")]
    public async Task Create_TitleThatNoDatabaseTakes_IsRefused(string title) =>
        Assert.Equal(VideoFault.InvalidTitle, await FaultAsync(() => service.CreateAsync(new NewVideo(User, title, "a.mp4"))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a.mp4")]
    [InlineData("a/b.mp4")]
    [InlineData("a\\b.mp4")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0.mp4")]
    [InlineData("a\r\n.mp4")]
    [InlineData(" a.mp4")]
    public async Task Create_FileNameWithTricks_IsRefused(string? name) =>
        Assert.Equal(VideoFault.InvalidFileName, await FaultAsync(() => service.CreateAsync(new NewVideo(User, "T", name))));

    [Theory]
    [InlineData("%2e%2e%2fa.mp4")]
    [InlineData("...")]
    [InlineData("ü 🎬 #?&.mp4")]
    [InlineData("-rf")]
    public async Task Create_FileNameThatOnlyLooksOdd_IsTaken(string name) =>
        Assert.Null(await FaultAsync(() => service.CreateAsync(new NewVideo(User, "T", name))));

    [Fact]
    public async Task Create_FileNameOf256Bytes_IsRefused()
    {
        Assert.Null(await FaultAsync(() => service.CreateAsync(new NewVideo(User, "T", new string('a', 255)))));
        Assert.Equal(VideoFault.InvalidFileName, await FaultAsync(() => service.CreateAsync(new NewVideo(User, "T", new string('ü', 128)))));
    }

    [Fact]
    public async Task Process_Twice_MakesOneJob()
    {
        var video = await service.CreateAsync(new NewVideo(User, "T", "a.mp4"));

        var first = await service.ProcessAsync(video.Id);
        var second = await service.ProcessAsync(video.Id);

        Assert.Equal((VideoStatus.Processing, 2L), (first.Status, first.Version));
        Assert.Equal(first, second);
        Assert.NotNull(await store.ClaimAsync("w", TimeSpan.FromMinutes(1)));
        Assert.Null(await store.ClaimAsync("w", TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task States_EveryMove_IsAsInTheTable()
    {
        // What is asked (down) in which state: where it leads, or what is wrong (rows U089, U094, decision D23).
        var table = new Dictionary<(string, VideoStatus), object>
        {
            [("process", VideoStatus.PendingUpload)] = VideoStatus.Processing,
            [("process", VideoStatus.Processing)] = VideoStatus.Processing,
            [("process", VideoStatus.Ready)] = VideoFault.VideoAlreadyCompleted,
            [("process", VideoStatus.Failed)] = VideoFault.VideoAlreadyCompleted,
            [("reprocess", VideoStatus.PendingUpload)] = VideoFault.VideoNotCompleted,
            [("reprocess", VideoStatus.Processing)] = VideoStatus.Processing,
            [("reprocess", VideoStatus.Ready)] = VideoStatus.Processing,
            [("reprocess", VideoStatus.Failed)] = VideoStatus.Processing,
            [("cancel", VideoStatus.PendingUpload)] = VideoFault.VideoNotCompleted,
            [("cancel", VideoStatus.Processing)] = VideoStatus.Failed,
            [("cancel", VideoStatus.Ready)] = VideoFault.VideoAlreadyCompleted,
            [("cancel", VideoStatus.Failed)] = VideoFault.VideoAlreadyCompleted,
        };
        foreach (var ((ask, state), expected) in table)
        {
            var video = await service.CreateAsync(new NewVideo(User, $"{ask} {state}", "a.mp4"));
            await store.ChangeAsync(video.Id, v => new(v with { Status = state }));
            Func<Guid, CancellationToken, Task<Video>> move = ask switch { "process" => service.ProcessAsync, "reprocess" => service.ReprocessAsync, _ => service.CancelAsync };

            object actual;
            try
            {
                actual = (await move(video.Id, default)).Status;
            }
            catch (VideoException e)
            {
                actual = e.Fault;
            }
            Assert.Equal((ask, state, expected), (ask, state, actual));
        }
    }

    [Fact]
    public async Task Cancel_Twice_IsTheSameAsOnce()
    {
        var video = await service.CreateAsync(new NewVideo(User, "T", "a.mp4"));
        await service.ProcessAsync(video.Id);

        var first = await service.CancelAsync(video.Id);
        var second = await service.CancelAsync(video.Id);

        Assert.Equal((VideoStatus.Failed, "Cancelled."), (first.Status, first.Failure));
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Reprocess_AReadyVideo_KeepsTheGenerationThatViewersWatch()
    {
        var video = await service.CreateAsync(new NewVideo(User, "T", "a.mp4"));
        await store.ChangeAsync(video.Id, v => new(v with { Status = VideoStatus.Ready, Generation = "g1", HlsKey = VideoKeys.Master(v.Id) }));

        var again = await service.ReprocessAsync(video.Id);

        Assert.Equal(("g1", null), (again.Generation, again.HlsKey));
        Assert.Equal(JobKind.Transcode, (await store.ClaimAsync("w", TimeSpan.FromMinutes(1)))!.Kind);
    }

    // A client may still be sending to the bucket, and a worker does not know at once.
    [Fact]
    public async Task Delete_AVideo_LooksOnceMoreADayLater()
    {
        var video = await service.CreateAsync(new NewVideo(User, "T", "a.mp4"));

        await service.DeleteAsync(video.Id);

        await store.EndAsync((await store.ClaimAsync("w", TimeSpan.FromMinutes(1)))!, null, null);
        Assert.Null(await store.ClaimAsync("w", TimeSpan.FromMinutes(1)));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((video.Id, JobKind.Delete), await store.ClaimAsync("w", TimeSpan.FromMinutes(1)) is { } job ? (job.VideoId, job.Kind) : default);
    }

    // It stores on until it hears of that, and what came after the first look stayed for a day.
    [Fact]
    public async Task Delete_AVideoThatIsBeingTranscoded_LooksOnceMoreWhenTheWorkerKnows()
    {
        var video = await service.CreateAsync(new NewVideo(User, "T", "a.mp4"));
        await service.ProcessAsync(video.Id);
        await store.ClaimAsync("w", TimeSpan.FromMinutes(1));

        await service.DeleteAsync(video.Id);

        await store.EndAsync((await store.ClaimAsync("w", TimeSpan.FromMinutes(1)))!, null, null);
        Assert.Null(await store.ClaimAsync("w", TimeSpan.FromMinutes(1)));
        time.Advance(new CatalogOptions { Directory = "d" }.Lease);
        Assert.Equal(JobKind.Delete, (await store.ClaimAsync("w", TimeSpan.FromMinutes(1)))?.Kind);
    }

    [Fact]
    public async Task AnythingOf_AVideoThatIsNot_IsNotFound()
    {
        foreach (var ask in (Func<Task>[])[() => service.GetAsync(Guid.NewGuid()), () => service.ProcessAsync(Guid.NewGuid()), () => service.ReprocessAsync(Guid.NewGuid()), () => service.CancelAsync(Guid.NewGuid()), () => service.DeleteAsync(Guid.NewGuid())])
            Assert.Equal(VideoFault.VideoNotFound, await FaultAsync(ask));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(101, null)]
    [InlineData(10, "nonsense")]
    [InlineData(10, "")]
    public async Task List_LimitOrPlaceThatCannotBe_IsRefused(int limit, string? after) =>
        Assert.Equal(VideoFault.InvalidRequest, await FaultAsync(() => service.ListAsync(new VideoQuery(null, limit, after))));

    private static async Task<VideoFault?> FaultAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return null;
        }
        catch (VideoException e)
        {
            return e.Fault;
        }
    }
}
