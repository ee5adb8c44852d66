using System.Diagnostics;
using System.Runtime.Versioning;
using Sluice.S3.Downloads;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Downloads;

/// <summary>Where <c>-o</c> may point.</summary>
public sealed class DownloadCopyTests : IAsyncDisposable
{
    private readonly DownloadBed bed = new();
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyTo_Pipe_IsWrittenToAndStays(bool enabled)
    {
        var bytes = bed.Put("clip.mp4", 1, 300_000);
        var pipe = Path.Combine(folder.Path, "pipe");
        using (var make = Process.Start("mkfifo", pipe)) await make.WaitForExitAsync(Stop);
        var cache = bed.Open(o => o with { Enabled = enabled });

        for (var turn = 0; turn < 2; turn++)
        {
            var read = Task.Run(() => File.ReadAllBytes(pipe), Stop);
            await cache.CopyToAsync("s3://media/clip.mp4", pipe, cancellation: Stop);
            Assert.Equal(bytes, await read.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Stop));
        }
        Assert.Equal([pipe], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task CopyTo_PipeThatNobodyReads_CanBeCalledOff()
    {
        bed.Put("clip.mp4", 1, 300_000);
        var pipe = Path.Combine(folder.Path, "pipe");
        using (var make = Process.Start("mkfifo", pipe)) await make.WaitForExitAsync(Stop);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var copying = Task.Run(() => bed.Open().CopyToAsync("s3://media/clip.mp4", pipe, cancellation: stop.Token), Stop);
        Assert.True(await Eventually.HoldsAsync(() => bed.Files().Any(file => file.Length > 60 && !file.EndsWith(".part", StringComparison.Ordinal)), TimeSpan.FromSeconds(30)));
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => copying.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Stop));

        using (new FileStream(pipe, FileMode.Open, FileAccess.Read)) { }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyTo_Link_IsWrittenThrough(bool dangling)
    {
        var bytes = bed.Put("clip.mp4", 1, 1000);
        var (link, file) = (Path.Combine(folder.Path, "link"), Path.Combine(folder.Path, "there", "file"));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(link, file);
        if (!dangling) await File.WriteAllTextAsync(file, "before", Stop);

        await bed.Open().CopyToAsync("s3://media/clip.mp4", link, cancellation: Stop);

        Assert.Equal(file, new FileInfo(link).LinkTarget);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file, Stop));
    }

    [Fact]
    public async Task CopyTo_SameFileAgain_LeavesNothingBeside()
    {
        var bytes = bed.Put("clip.mp4", 1, 1000);
        var (cache, target) = (bed.Open(), Path.Combine(folder.Path, "clip.mp4"));

        for (var turn = 0; turn < 2; turn++)
        {
            await cache.CopyToAsync("s3://media/clip.mp4", target, cancellation: Stop);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(target, Stop));
            Assert.Equal([target], Directory.GetFiles(folder.Path));
        }
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData((UnixFileMode)0b110_110_110)]
    [UnsupportedOSPlatform("windows")]
    public async Task CopyTo_CachedFileHasOtherRights_HasThoseOfANewFile(UnixFileMode cached)
    {
        var bytes = bed.Put("clip.mp4", 1, 300_000);
        var (cache, target, fresh) = (bed.Open(), Path.Combine(folder.Path, "clip.mp4"), Path.Combine(folder.Path, "fresh"));
        await File.WriteAllTextAsync(fresh, "", Stop);
        var held = await cache.GetAsync("s3://media/clip.mp4", cancellation: Stop);
        File.SetUnixFileMode(held, cached);

        await cache.CopyToAsync("s3://media/clip.mp4", target, cancellation: Stop);

        Assert.Equal(File.GetUnixFileMode(fresh), File.GetUnixFileMode(target));
        Assert.Equal(cached, File.GetUnixFileMode(held));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(target, Stop));
    }

    [Fact]
    public async Task Get_TooLargeForTheCache_IsKeptOnDiskAndNotInMemory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists("/var/tmp") && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")), "TMPDIR says where, or there is no /var/tmp.");
        bed.Put("clip.mp4", 1, 3_000_000);

        var path = await bed.Open(o => o with { MaximumBytes = 2_000_000 }).GetAsync("s3://media/clip.mp4", cancellation: Stop);

        Assert.StartsWith("/var/tmp/sluice-downloads-", path, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public async Task CopyTo_LongestName_IsWritten()
    {
        var bytes = bed.Put("clip.mp4", 1, 1000);
        var target = Path.Combine(folder.Path, new string('n', 255));

        await bed.Open().CopyToAsync("s3://media/clip.mp4", target, cancellation: Stop);

        Assert.Equal(bytes, await File.ReadAllBytesAsync(target, Stop));
        Assert.Equal([target], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("", "is a folder")]
    [InlineData("folder/", "is a folder")]
    [InlineData("file/below", "cannot be written")]
    public async Task CopyTo_WhereNoFileCanBe_SaysSoAndLeavesNothing(string where, string reason)
    {
        bed.Put("clip.mp4", 1, 1000);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "file"), "a file", Stop);

        var failure = await Assert.ThrowsAsync<S3DownloadException>(() => bed.Open().CopyToAsync("s3://media/clip.mp4", Path.Combine(folder.Path, where), cancellation: Stop));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(folder.Path, "file")], Directory.GetFileSystemEntries(folder.Path));
        Assert.InRange(bed.Server.Calls.Count, 0, 1);
    }

    public async ValueTask DisposeAsync()
    {
        await bed.DisposeAsync();
        folder.Dispose();
    }
}
