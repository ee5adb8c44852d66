using System.Runtime.Versioning;
using Sluice.S3.Downloads;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Downloads;

/// <summary>What others do to the directory while caches have it open.</summary>
public sealed class DownloadDirectoryTests : IAsyncDisposable
{
    private static readonly S3DownloadOptions Trusting = new() { ValidateETag = false };
    private readonly DownloadBed bed = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetch_IndexReplacedByAnotherProcess_AllGoOnWithTheNewOne()
    {
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 2), ("c", 3) }) bed.Put(name, (ulong)seed, 10_000);
        var (first, second) = (bed.Open(o => o with { MaximumBytes = 20_000, Lease = TimeSpan.Zero }), bed.Open(o => o with { MaximumBytes = 20_000, Lease = TimeSpan.Zero }));
        await first.FetchAsync("s3://media/a", cancellation: Stop);
        Assert.Equal(S3DownloadOutcome.Hit, (await second.FetchAsync("s3://media/a", Trusting, Stop)).Outcome);
        foreach (var file in Directory.GetFiles(bed.Root, "index.db*")) File.Move(file, file.Replace("index.db", "index.db.damaged-1", StringComparison.Ordinal));
        var third = bed.Open(o => o with { MaximumBytes = 20_000, Lease = TimeSpan.Zero });
        await third.FetchAsync("s3://media/b", cancellation: Stop);
        Assert.Equal(S3DownloadOutcome.Hit, (await first.FetchAsync("s3://media/b", Trusting, Stop)).Outcome);
        await second.FetchAsync("s3://media/c", cancellation: Stop);
        Assert.Equal(S3DownloadOutcome.Hit, (await third.FetchAsync("s3://media/c", Trusting, Stop)).Outcome);
        Assert.Equal(first.Entries().Select(entry => entry.Key).Order(), third.Entries().Select(entry => entry.Key).Order());
        Assert.Equal(20_000, Directory.EnumerateFiles(bed.Root, "*", SearchOption.AllDirectories).Where(file => DownloadKey.IsKey(Path.GetFileName(file))).Sum(file => new FileInfo(file).Length));
        Assert.Empty(bed.Log.Warnings);
    }

    [Fact]
    public async Task Fetch_MachineWentDown_LastFilesAreSummedAgain()
    {
        var bytes = bed.Put("lost", 1, 10_000);
        bed.Put("kept", 2, 10_000);
        await using (var before = bed.Open())
            foreach (var name in new[] { "lost", "kept" })
            {
                var file = new FileInfo((await before.FetchAsync("s3://media/" + name, cancellation: Stop)).Path);
                var time = file.LastWriteTimeUtc;
                // Length and time were on the medium, the bytes not yet.
                if (name == "lost") await File.WriteAllBytesAsync(file.FullName, new byte[10_000], Stop);
                File.SetLastWriteTimeUtc(file.FullName, time);
            }
        await File.WriteAllTextAsync(Path.Combine(bed.Root, "index.db.boot"), "the start before this one", Stop);

        var cache = bed.Open();
        var (lost, kept) = (await cache.FetchAsync("s3://media/lost", Trusting, Stop), await cache.FetchAsync("s3://media/kept", Trusting, Stop));

        Assert.Equal((S3DownloadOutcome.Miss, S3DownloadOutcome.Hit), (lost.Outcome, kept.Outcome));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(lost.Path, Stop));
        Assert.Contains("s3://media/lost", Assert.Single(bed.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_AnotherProcessWasStopped_IsWaitedForWhileItGivesSignsAndThenNotForEver()
    {
        var bytes = bed.Put("clip.mp4", 1, 60_000);
        using var stopped = bed.Store();
        Assert.True(stopped.TryBegin(DownloadKey.Of("s3://media/clip.mp4", null)));
        var fetch = bed.Open().FetchAsync("s3://media/clip.mp4", cancellation: Stop);
        for (var seconds = 0; seconds < 300; seconds++)
        {
            stopped.Sign();
            bed.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.False(fetch.IsCompleted);
        Assert.True(await Eventually.HoldsAsync(
            () =>
            {
                bed.Clock.Advance(TimeSpan.FromSeconds(5));
                return bed.Log.Warnings.Length > 0;
            }, TimeSpan.FromSeconds(60)));
        var result = await fetch;
        Assert.Equal(S3DownloadOutcome.Bypass, result.Outcome);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Contains("s3://media/clip.mp4", Assert.Single(bed.Log.Warnings), StringComparison.Ordinal);
        Assert.True(stopped.IsUnderWay(DownloadKey.Of("s3://media/clip.mp4", null)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_DirectoryEmptiedMeanwhile_StillArrives(bool replaced)
    {
        var held = new TaskCompletionSource();
        var bytes = bed.Put("clip.mp4", 1, 60_000);
        bed.Server.Once("/media/clip.mp4", OriginReply.Object(1, 60_000) with { HoldAfter = 1000, Held = held.Task });
        var cache = bed.Open();
        var fetch = cache.FetchAsync("s3://media/clip.mp4", cancellation: Stop);
        while (!bed.Files().Any(file => file.EndsWith(".part", StringComparison.Ordinal))) await Task.Yield();
        Assert.True(await Eventually.HoldsAsync(() => TryDelete(bed.Root), TimeSpan.FromSeconds(30)));
        bed.Put("other", 2, 1000);
        if (replaced) await bed.Open().FetchAsync("s3://media/other", cancellation: Stop);
        held.SetResult();
        var result = await fetch;
        Assert.Equal(bytes, await File.ReadAllBytesAsync(result.Path, Stop));
        Assert.Equal(S3DownloadOutcome.Bypass, result.Outcome);
        File.Delete(result.Path);
        // The next one finds a directory again.
        Assert.Equal(S3DownloadOutcome.Miss, (await cache.FetchAsync("s3://media/clip.mp4", cancellation: Stop)).Outcome);
        Assert.Equal(S3DownloadOutcome.Hit, (await cache.FetchAsync("s3://media/clip.mp4", Trusting, Stop)).Outcome);
        Assert.Single(bed.Log.Warnings);
    }

    // Not up to the minute where a file stays: other tests clean the same folder, with clocks that they have moved by some.
    [Theory]
    [InlineData(true, 30, true)]
    [InlineData(true, 61, false)]
    [InlineData(false, 61, true)]
    [InlineData(false, 1441, false)]
    public async Task Clean_FilesPastTheCache_GoAfterAnHourOrWithoutACacheADay(bool enabled, int minutes, bool stays)
    {
        bed.Put("clip.mp4", 1, 1000);
        var path = await bed.Open(o => o with { MaximumBytes = 100, Enabled = enabled }).GetAsync("s3://media/clip.mp4", cancellation: Stop);
        File.SetLastWriteTimeUtc(path, bed.Clock.GetUtcNow().UtcDateTime.AddMinutes(-minutes));
        bed.Open().Clean();
        Assert.Equal(stays, File.Exists(path));
        File.Delete(path);
    }

    [Theory]
    [InlineData(240, true)]
    [InlineData(302, false)]
    public async Task Clean_FilesPastTheCacheOfAnotherProcess_StayForItsLease(int minutes, bool stays)
    {
        bed.Put("clip.mp4", 1, 1000);
        var path = await bed.Open(o => o with { MaximumBytes = 100, Lease = TimeSpan.FromMinutes(300.5) }).GetAsync("s3://media/clip.mp4", cancellation: Stop);
        File.SetLastWriteTimeUtc(path, bed.Clock.GetUtcNow().UtcDateTime.AddMinutes(-minutes));
        bed.Open(o => o with { Lease = TimeSpan.FromMinutes(10) }).Clean();
        Assert.Equal(stays, File.Exists(path));
        File.Delete(path);
    }

    // Another process that cleans deletes it once it was empty for a day; what cleans the system's folders after some more.
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Get_FolderPastTheCacheWasDeleted_HasAnotherThatIsThisUsersAlone()
    {
        var bytes = bed.Put("clip.mp4", 1, 1000);
        var cache = bed.Open(o => o with { MaximumBytes = 100 });
        Directory.Delete(Path.GetDirectoryName(await cache.GetAsync("s3://media/clip.mp4", cancellation: Stop))!, recursive: true);
        var path = await cache.GetAsync("s3://media/clip.mp4", cancellation: Stop);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Stop));
        File.Delete(path);
    }

    [Fact]
    public async Task Get_FetchedFile_StaysForItsLeaseWhereItsPathWasGiven()
    {
        bed.Put("a", 1, 1000);
        bed.Put("b", 2, 1000);
        var cache = bed.Open();
        await cache.GetAsync("s3://media/a", cancellation: Stop);
        await cache.CopyToAsync("s3://media/b", Path.Combine(bed.Root, "..", "b"), cancellation: Stop);
        Assert.Equal([("s3://media/a", bed.Clock.GetUtcNow() + TimeSpan.FromMinutes(12)), ("s3://media/b", null)], cache.Entries().Select(entry => (entry.S3Url, entry.LeasedUntil)).Order());
    }

    public ValueTask DisposeAsync() => bed.DisposeAsync();

    /// <summary>False while the cache puts something there that very moment, as its tidying may.</summary>
    private static bool TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
