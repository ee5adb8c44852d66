using System.Text;
using Sluice.Core.Storage;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Catalog.Uploads;

public sealed class UploadTests : IDisposable
{
    private static readonly Guid Id = Guid.NewGuid();

    private readonly TemporaryFolder folder = new();
    private readonly ManualTimeProvider time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Token_Signed_IsGoodForItsVideoAndItsTime()
    {
        var tokens = new UploadTokens(Convert.FromHexString(UploadTokens.NewKey()), time);
        var query = new Uri("http://a" + tokens.Sign(Id, TimeSpan.FromMinutes(15))).Query.TrimStart('?').Split('&').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var (expires, signature) = (query["expires"], query["signature"]);

        Assert.Null(tokens.Refuse(Id, expires, signature));
        Assert.NotNull(tokens.Refuse(Guid.NewGuid(), expires, signature));
        Assert.NotNull(tokens.Refuse(Id, expires + "0", signature));
        Assert.NotNull(tokens.Refuse(Id, expires, signature[..^1]));
        Assert.NotNull(tokens.Refuse(Id, expires, null));
        Assert.NotNull(tokens.Refuse(Id, null, signature));
        Assert.NotNull(new UploadTokens(Convert.FromHexString(UploadTokens.NewKey()), time).Refuse(Id, expires, signature));
        time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Null(tokens.Refuse(Id, expires, signature));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("over", tokens.Refuse(Id, expires, signature)!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_AStreamThatBreaks_LeavesNothing()
    {
        var store = new FolderStore(folder.Path);

        await Assert.ThrowsAsync<IOException>(async () => await store.ReceiveAsync("originals/a/b.mp4", new BreakingStream(), default));

        Assert.Null(await store.GetLengthAsync("originals/a/b.mp4"));
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Receive_AfterAKilledProcess_DeletesWhatThatHadBegun()
    {
        var (left, held, recent) = (folder.Write(".incoming/left", "half"), folder.Write(".incoming/held", "half"), folder.Write(".incoming/recent", "half"));
        foreach (var file in (string[])[left, held]) File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(recent) - TimeSpan.FromHours(2));
        await using var slow = new FileStream(held, FileMode.Open, FileAccess.Write, FileShare.None);

        await new FolderStore(folder.Path).ReceiveAsync("originals/a/b.mp4", new MemoryStream(), default);

        Assert.Equal([held, recent], Directory.GetFiles(folder.FileOf(".incoming")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Receive_OverAFile_ReplacesIt()
    {
        var store = new FolderStore(folder.Path);
        await store.ReceiveAsync("originals/a/b.mp4", new MemoryStream(Encoding.ASCII.GetBytes("first, longer")), default);

        await store.ReceiveAsync("originals/a/b.mp4", new MemoryStream("second"u8.ToArray()), default);

        Assert.Equal("second", await File.ReadAllTextAsync((await store.FetchAsync("originals/a/b.mp4", "/nowhere"))!));
        Assert.Equal(6, await store.GetLengthAsync("originals/a/b.mp4"));
    }

    // An unmounted disk leaves an empty folder, or none: each video that was queued was FAILED for good, and uploads went to the disk below.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Folder_WhoseDiskIsNotMounted_IsAStoreThatIsAway(bool isEmpty)
    {
        var (mounted, seen) = (folder.FileOf("store/x")[..^2], new FolderStore(folder.FileOf("store/x")[..^2]));
        Assert.Null(await seen.GetUploadUrlAsync("originals/a/b.mp4", TimeSpan.FromMinutes(1)));
        Assert.Null(await seen.GetLengthAsync("originals/a/b.mp4"));
        await seen.ReceiveAsync("originals/a/b.mp4", new MemoryStream([1]), default);

        Directory.Move(mounted, folder.FileOf("elsewhere"));
        if (isEmpty) Directory.CreateDirectory(mounted);
        foreach (var store in (FolderStore[])[seen, new FolderStore(mounted)])
        {
            await Assert.ThrowsAsync<StoreAwayException>(async () => await store.GetLengthAsync("originals/a/b.mp4"));
            await Assert.ThrowsAsync<StoreAwayException>(async () => await store.FetchAsync("originals/a/b.mp4", "/nowhere"));
            await Assert.ThrowsAsync<StoreAwayException>(async () => await store.ListAsync("hls/a/").ToListAsync());
        }
        await Assert.ThrowsAsync<StoreAwayException>(async () => await seen.GetUploadUrlAsync("originals/c/d.mp4", TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<StoreAwayException>(async () => await seen.ReceiveAsync("originals/c/d.mp4", new MemoryStream([1]), default));

        if (isEmpty) Directory.Delete(mounted);
        Directory.Move(folder.FileOf("elsewhere"), mounted);
        Assert.Equal(1, await seen.GetLengthAsync("originals/a/b.mp4"));
    }

    // As one that was restored without what begins with a dot.
    [Fact]
    public async Task Folder_WithFilesAndNoPlaceForUploads_IsUsed()
    {
        folder.Write("originals/a/b.mp4", "x");
        var store = new FolderStore(folder.Path);

        Assert.Equal(1, await store.GetLengthAsync("originals/a/b.mp4"));
        await store.ReceiveAsync("hls/a/master.m3u8", new MemoryStream([1]), default);

        Assert.Null(await store.GetLengthAsync("hls/b/master.m3u8"));
    }

    // Somebody had deleted the empty folder, or a backup left it out: each upload was refused until a restart, and deletions were tried again and again.
    [Fact]
    public async Task Folder_WithFilesAndNoPlaceForUploads_IsNotAway()
    {
        folder.Write("originals/a/b.mp4", "x");
        var store = new FolderStore(folder.Path);

        Assert.Null(await store.GetLengthAsync("hls/a/master.m3u8"));
        Assert.Empty(await store.ListAsync("hls/a/").ToListAsync());
        foreach (var key in (string[])["originals/c/d.mp4", "originals/c/e.mp4"])
        {
            await store.ReceiveAsync(key, new MemoryStream([1]), default);
            Directory.Delete(folder.FileOf(".incoming"));
        }
    }

    [Fact]
    public async Task Delete_LastOfAFolder_TakesTheFolderAlong()
    {
        var store = new FolderStore(folder.Path);
        await store.ReceiveAsync("hls/a/g1/360p/s.ts", new MemoryStream(), default);
        await store.ReceiveAsync("hls/a/master.m3u8", new MemoryStream(), default);
        var keys = new List<string>();
        await foreach (var key in store.ListAsync("hls/a/")) keys.Add(key);
        Assert.Equal(["hls/a/g1/360p/s.ts", "hls/a/master.m3u8"], keys.Order(StringComparer.Ordinal));

        await store.DeleteAsync("hls/a/g1/360p/s.ts");
        await store.DeleteAsync("hls/a/g1/360p/s.ts");

        Assert.False(Directory.Exists(Path.Combine(folder.Path, "hls/a/g1")));
        Assert.True(File.Exists(Path.Combine(folder.Path, "hls/a/master.m3u8")));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a\0")]
    [InlineData("")]
    public async Task Keys_ThatWouldLeaveTheFolder_AreRefused(string key)
    {
        var store = new FolderStore(folder.Path);

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.GetLengthAsync(key));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReceiveAsync(key, new MemoryStream(), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.DeleteAsync(key));
    }

    private sealed class BreakingStream : MemoryStream
    {
        private bool gave;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (gave) throw new IOException("cut");
            gave = true;
            return new(10);
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyAsync(destination, cancellationToken);

        private async Task CopyAsync(Stream destination, CancellationToken cancellation)
        {
            var buffer = new byte[100];
            while (await ReadAsync(buffer, cancellation) is > 0 and var count) await destination.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
    }
}
