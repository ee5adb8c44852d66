using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Catalog.Hls;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;
using Sluice.Core.Processes;
using Sluice.Core.Storage;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Jobs;

/// <summary>Row U102: what a failure says of a video, and what it does not.</summary>
public sealed class CatalogWorkerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider time = new();
    private readonly ConcurrentQueue<string> lines = new();

    [Fact]
    public async Task Run_StoreIsAwayForLong_LeavesTheVideoUntilItIsBack()
    {
        // Each attempt asks once for the upload, and once more whether it is the store.
        var store = new FailingStore { Failure = new StoreAwayException("connection refused") };
        await using var stores = new InProcessKeyValueStores(time);
        using var folder = new TemporaryFolder();
        await using var catalog = await OpenAsync(folder, store, stores);
        var video = await ProcessAsync(catalog);

        Assert.True(await PassesUntilAsync(() => Task.FromResult(store.Asked > 10)));
        Assert.Equal(VideoStatus.Processing, (await StateAsync(catalog, video)).Status);
        // The job says why, where the log alone did.
        Assert.Equal("connection refused", (await catalog.Store.FindJobAsync(video, TestContext.Current.CancellationToken))?.Error);
        // Not every fifteen seconds for as long as it is away.
        Assert.Equal("No video is transcoded here until the store answers: connection refused", Assert.Single(lines));

        store.Failure = null;
        Assert.True(await PassesUntilAsync(async () => (await StateAsync(catalog, video)).Status == VideoStatus.Failed));
        Assert.Equal("Nothing has been uploaded.", (await StateAsync(catalog, video)).Failure);
    }

    [Fact]
    public Task Run_StoreRefusesTheUpload_FailsTheVideoAfterItsAttempts() => AssertFailsAsync(new FailingStore { Failure = new IOException("forbidden") }, "forbidden");

    // It was tried again every few seconds without an end, whatever an attempt costs.
    [Fact]
    public Task Run_StoreIsThereAndFailsAtOneThing_FailsTheVideoAfterItsAttempts() => AssertFailsAsync(new FailingStore { FetchFailure = new StoreAwayException("507 of that file alone") }, "507 of that file alone");

    // The AWS SDK cancels by itself what takes too long, as where credentials come from: nobody worked on videos any more, without a word.
    [Fact]
    public Task Run_StoreGivesUpByItself_FailsTheVideoAfterItsAttempts() => AssertFailsAsync(new FailingStore { FetchFailure = new TaskCanceledException("no credentials came") }, "no credentials came");

    // Clients were told where on the server its programs and files are.
    [Theory]
    [InlineData("/opt/ffmpeg/bin/ffprobe cannot be started: No such file or directory.", "ffprobe cannot be started: No such file or directory.")]
    [InlineData("ffmpeg failed (1): file:/srv/My films/originals/6f1c/a b.mov: Invalid data found when processing input", "ffmpeg failed (1): a b.mov: Invalid data found when processing input")]
    [InlineData("ffprobe failed (127): /usr/bin/ffprobe: error while loading shared libraries: libavcodec.so.59", "ffprobe failed (127): ffprobe: error while loading shared libraries: libavcodec.so.59")]
    [InlineData("The folder /srv/media cannot be written (Access to the path '/srv/my media/.incoming' is denied.). Check its permissions.", "The folder media cannot be written (Access to the path '.incoming' is denied.). Check its permissions.")]
    [InlineData("hls/6f1c/a.ts could not be stored in s3://videos/films: Connection refused (127.0.0.1:9000)", "hls/6f1c/a.ts could not be stored in s3://videos/films: Connection refused (127.0.0.1:9000)")]
    public Task Run_FailureTellsOfFolders_ClientsAreNotTold(string said, string told) => AssertFailsAsync(new FailingStore { FetchFailure = new IOException(said) }, told);

    // Within fifteen seconds of an upgrade each video that was taken was FAILED for good, and of several workers the one whose ffmpeg was broken took all of them.
    [Fact]
    public async Task Run_FfmpegCannotBeRun_LeavesTheVideoUntilItCan()
    {
        var store = new FailingStore { FetchFailure = FfmpegTools.Fault("ffprobe", new ToolExit(ToolEnd.Exited, 127, "/usr/bin/ffprobe: error while loading shared libraries: libavcodec.so.59")) };
        await using var stores = new InProcessKeyValueStores(time);
        using var folder = new TemporaryFolder();
        await using var catalog = await OpenAsync(folder, store, stores);
        var video = await ProcessAsync(catalog);

        Assert.True(await PassesUntilAsync(() => Task.FromResult(store.Asked > 10)));
        Assert.Equal(VideoStatus.Processing, (await StateAsync(catalog, video)).Status);
        Assert.Equal("ffprobe failed (127): ffprobe: error while loading shared libraries: libavcodec.so.59", (await catalog.Store.FindJobAsync(video, TestContext.Current.CancellationToken))?.Error);

        store.FetchFailure = null;
        Assert.True(await PassesUntilAsync(async () => (await StateAsync(catalog, video)).Status == VideoStatus.Failed));
    }

    // Its segments were fetched and given again for as long as others were transcoded, hours perhaps.
    [Fact]
    public async Task Run_AVideoIsDeletedWhileAnotherIsTranscoded_DoesNotWaitForThat()
    {
        var held = new TaskCompletionSource<string?>();
        var store = new FailingStore { Fetching = held.Task };
        await using var stores = new InProcessKeyValueStores(time);
        using var folder = new TemporaryFolder();
        await using var catalog = await OpenAsync(folder, store, stores);
        var deleted = await catalog.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), TestContext.Current.CancellationToken);
        await ProcessAsync(catalog);
        Assert.True(await PassesUntilAsync(() => Task.FromResult(store.IsFetching)));

        await catalog.Videos.DeleteAsync(deleted.Id, TestContext.Current.CancellationToken);

        var isDeleted = await PassesUntilAsync(() => Task.FromResult(store.Listed.Contains(VideoKeys.Hls(deleted.Id))));
        held.SetResult(null);
        Assert.True(isDeleted);
    }

    private async Task AssertFailsAsync(FailingStore store, string reason)
    {
        await using var stores = new InProcessKeyValueStores(time);
        using var folder = new TemporaryFolder();
        await using var catalog = await OpenAsync(folder, store, stores);
        var video = await ProcessAsync(catalog);

        Assert.True(await PassesUntilAsync(async () => (await StateAsync(catalog, video)).Status == VideoStatus.Failed));
        Assert.Equal(reason, (await StateAsync(catalog, video)).Failure);
    }

    private Task<VideoCatalog> OpenAsync(TemporaryFolder folder, FailingStore store, InProcessKeyValueStores stores) => VideoCatalog.OpenAsync(new CatalogParts
    {
        Options = new CatalogOptions { Directory = folder.Path }, Objects = store, Values = stores, Logging = new WarningLines(lines), Time = time,
    }, TestContext.Current.CancellationToken);

    private static async Task<Guid> ProcessAsync(VideoCatalog catalog)
    {
        var video = await catalog.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), TestContext.Current.CancellationToken);
        await catalog.Videos.ProcessAsync(video.Id, TestContext.Current.CancellationToken);
        return video.Id;
    }

    private static async Task<Video> StateAsync(VideoCatalog catalog, Guid video) => (await catalog.Store.FindAsync(video, TestContext.Current.CancellationToken))!;

    private Task<bool> PassesUntilAsync(Func<Task<bool>> condition) => Eventually.HoldsAsync(async () =>
    {
        if (await condition()) return true;
        time.Advance(TimeSpan.FromSeconds(5));
        return false;
    }, Limit);

    private sealed class WarningLines(ConcurrentQueue<string> lines) : ILogger, ILoggerFactory
    {
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning) lines.Enqueue(formatter(state, exception));
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class FailingStore : IObjectStore
    {
        private int asked;

        public Exception? Failure { get; set; }

        public Exception? FetchFailure { get; set; }

        public Task<string?>? Fetching { get; init; }

        public bool IsFetching { get; private set; }

        public ConcurrentQueue<string> Listed { get; } = new();

        public int Asked => Volatile.Read(ref asked);

        public string Name => "fails";

        public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default)
        {
            Interlocked.Increment(ref asked);
            return Failure is { } failure ? throw failure : default;
        }

        public ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default)
        {
            IsFetching = true;
            return FetchFailure is { } failure ? throw failure : Fetching is { } fetching ? new(fetching) : default;
        }

        public ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default) => throw new NotSupportedException();

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default)
        {
            Listed.Enqueue(prefix);
            return AsyncEnumerable.Empty<string>();
        }

        public ValueTask DeleteAsync(string key, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default) => default;
    }
}
