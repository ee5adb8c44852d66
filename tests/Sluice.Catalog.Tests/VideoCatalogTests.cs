using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog.Uploads;
using Sluice.Catalog.Videos;
using Sluice.Core.KeyValue;
using Sluice.Core.Storage;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog;

public sealed class VideoCatalogTests
{
    // With PostgreSQL nothing else needs that folder: the jobs of everybody would be taken, and fail.
    [Fact]
    public async Task Open_WorkerThatCannotWriteItsFolder_IsRefusedBeforeItTakesAJob()
    {
        using var folder = new TemporaryFolder();
        await using var stores = new InProcessKeyValueStores(new ManualTimeProvider());
        var parts = new CatalogParts
        {
            Options = new CatalogOptions { Directory = Path.Combine(folder.Write("file", ""), "catalog"), Database = "postgres://127.0.0.1:1/none" },
            Objects = new FolderStore(folder.Path), Values = stores, Logging = NullLoggerFactory.Instance, Time = new ManualTimeProvider(),
        };

        var refused = await Assert.ThrowsAsync<IOException>(() => VideoCatalog.OpenAsync(parts, TestContext.Current.CancellationToken));

        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
    }

    // After a reboot the process is a new one: uploads went to the disk below, and what was queued was found to be gone.
    [Fact]
    public async Task Open_FolderOfTheVideosIsNotMounted_TakesNoUploads()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        await using var stores = new InProcessKeyValueStores(time);
        var cancellation = TestContext.Current.CancellationToken;
        CatalogParts Parts() => new()
        {
            Options = new CatalogOptions { Directory = folder.FileOf("catalog"), Workers = 0 }, Objects = new FolderStore(folder.FileOf("files")),
            Values = stores, Logging = NullLoggerFactory.Instance, Time = time,
        };
        Video video;
        await using (var before = await VideoCatalog.OpenAsync(Parts(), cancellation))
        {
            video = await before.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), cancellation);
            await before.Uploads.ForAsync(video, "http://a", cancellation);
            await before.Folder!.ReceiveAsync(video.OriginalKey, new MemoryStream([1]), cancellation);
            await before.Videos.ProcessAsync(video.Id, cancellation);
            time.Advance(TimeSpan.FromSeconds(1));
            // However many have come since of which nothing was uploaded.
            for (var i = 0; i < 101; i++) await before.Videos.CreateAsync(new NewVideo(Guid.NewGuid().ToString(), "T", "a.mp4"), cancellation);
        }

        Directory.Move(folder.FileOf("files"), folder.FileOf("elsewhere"));
        Directory.CreateDirectory(folder.FileOf("files"));
        await using var after = await VideoCatalog.OpenAsync(Parts(), cancellation);
        await Assert.ThrowsAsync<StoreAwayException>(async () => await after.Uploads.ForAsync(video, "http://a", cancellation));
        await Assert.ThrowsAsync<StoreAwayException>(async () => await after.Folder!.ReceiveAsync(video.OriginalKey, new MemoryStream([1]), cancellation));

        Directory.CreateDirectory(folder.FileOf("files/.incoming"));
        await after.Uploads.ForAsync(video, "http://a", cancellation);
    }
}
