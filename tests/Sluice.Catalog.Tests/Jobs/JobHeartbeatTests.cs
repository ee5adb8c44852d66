using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Caching;
using Sluice.Catalog.Events;
using Sluice.Catalog.Hls;
using Sluice.Catalog.Storage;
using Sluice.Catalog.Uploads;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Jobs;

public sealed class JobHeartbeatTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60), Lease = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();
    private readonly CatalogMeter meter = new();
    private readonly ManualTimeProvider time = new();
    private readonly AwayDatabase database;
    private readonly CatalogStore mine, others;

    public JobHeartbeatTests()
    {
        database = new AwayDatabase(SqliteCatalog.Open(folder.FileOf("c.db")));
        (mine, others) = (new CatalogStore(database, meter, time), new CatalogStore(SqliteCatalog.Open(folder.FileOf("c.db")), meter, time));
    }

    public async ValueTask DisposeAsync()
    {
        await mine.DisposeAsync();
        await others.DisposeAsync();
        meter.Dispose();
        folder.Dispose();
    }

    // A minute without the database threw away what all workers had done, for hours perhaps, and counted as one of three attempts.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_DatabaseIsAwayForLong_EndsTheWorkOnlyWhereAnotherHasTakenIt(bool isTaken)
    {
        var job = await ClaimAsync();
        using CancellationTokenSource work = new(), done = new();
        database.IsAway = true;
        var beating = new JobHeartbeat(mine, Lease, time, NullLogger.Instance).RunAsync(job, new JobProgress(), work, done.Token);

        var begun = time.GetTimestamp();
        Assert.True(await PassesUntilAsync(() => time.GetElapsedTime(begun) > Lease * 3));
        Assert.False(work.IsCancellationRequested);
        if (isTaken) Assert.NotNull(await others.ClaimAsync("other", Lease * 100, true, TestContext.Current.CancellationToken));
        database.IsAway = false;

        if (isTaken) Assert.True(await PassesUntilAsync(() => work.IsCancellationRequested));
        else
        {
            Assert.True(await PassesUntilAsync(() => database.Writes > 0));
            Assert.Null(await others.ClaimAsync("other", Lease, true, TestContext.Current.CancellationToken));
            Assert.False(work.IsCancellationRequested);
        }
        await done.CancelAsync();
        await beating;
    }

    // What was done by then was thrown away all the same.
    [Fact]
    public async Task Transcode_EndsWhileTheDatabaseIsAway_IsReadyOnceItIsBack()
    {
        await using var stores = new InProcessKeyValueStores(time);
        var (tools, options) = (new FfmpegTools(TimeSpan.FromMinutes(1), TimeProvider.System), new CatalogOptions { Directory = folder.Path });
        var job = await ClaimAsync();
        await tools.EncodeAsync(folder.Path, ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1", folder.FileOf("store/a.mp4")], null, TestContext.Current.CancellationToken);
        var cache = new CachedVideoService(new VideoService(mine, options, time), new KeyValueVideoCache(stores.Open("copies"), stores.Open("fences"), meter, time, NullLogger.Instance) { LongestLife = Limit }, options, meter);
        var transcoder = new Transcoder(new FolderStore(Path.GetDirectoryName(folder.FileOf("store/a.mp4"))!), tools, long.MaxValue, ScratchFolder.Room, time);
        database.IsAway = true;

        var working = new TranscodeJob(mine, transcoder, new VideoOutcomes(mine, cache, options), new OwnPublications(null), options, NullLogger<TranscodeJob>.Instance)
            .RunAsync(job, new JobProgress(), time, TestContext.Current.CancellationToken);
        Assert.True(await Eventually.HoldsAsync(() => database.Refused > 0, Limit));
        database.IsAway = false;

        Assert.True(await PassesUntilAsync(() => working.IsCompleted));
        Assert.True(await working);
        Assert.Equal(VideoStatus.Ready, (await mine.FindAsync(job.VideoId, TestContext.Current.CancellationToken))!.Status);
    }

    private async Task<Job> ClaimAsync()
    {
        var video = new Video { Id = Guid.NewGuid(), UserId = Guid.NewGuid(), Title = "T", Status = VideoStatus.Processing, OriginalKey = "a.mp4", CreatedAt = time.GetUtcNow(), UpdatedAt = time.GetUtcNow(), Version = 1 };
        await mine.AddAsync(video, TestContext.Current.CancellationToken);
        await mine.ChangeAsync(video.Id, v => new(v) { Jobs = [new(JobKind.Transcode)] }, null, TestContext.Current.CancellationToken);
        return (await mine.ClaimAsync("mine", Lease, true, TestContext.Current.CancellationToken))!;
    }

    private Task<bool> PassesUntilAsync(Func<bool> condition) => Eventually.HoldsAsync(() =>
    {
        if (condition()) return true;
        time.Advance(TimeSpan.FromSeconds(1));
        return false;
    }, Limit);

    private sealed class AwayDatabase(ICatalogDatabase inner) : ICatalogDatabase
    {
        private int writes, refused;
        private volatile bool isAway;

        public bool IsAway
        {
            get => isAway;
            set
            {
                isAway = value;
                Volatile.Write(ref writes, 0);
            }
        }

        /// <summary>Since it last went or came.</summary>
        public int Writes => Volatile.Read(ref writes);

        public int Refused => Volatile.Read(ref refused);

        public SqlText ForUpdate => inner.ForUpdate;

        public SqlText ForUpdateSkipLocked => inner.ForUpdateSkipLocked;

        public Task OrderEventsAsync(SqlSession session, CancellationToken cancellation) => inner.OrderEventsAsync(session, cancellation);

        public Task<DateTimeOffset?> NowAsync(SqlSession session, CancellationToken cancellation) => inner.NowAsync(session, cancellation);

        public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation) => inner.ReadAsync(work, cancellation);

        public async Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation)
        {
            if (IsAway)
            {
                Interlocked.Increment(ref refused);
                throw new IOException("refused");
            }
            var result = await inner.WriteAsync(work, cancellation);
            Interlocked.Increment(ref writes);
            return result;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
