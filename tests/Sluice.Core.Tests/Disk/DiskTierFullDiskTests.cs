using System.Diagnostics;

namespace Sluice.Core.Tests.Disk;

/// <summary>A file system of 1 MiB that is really full, told to the tier as one with room: what it cannot foresee must not hurt either.</summary>
public sealed class DiskTierFullDiskTests : DiskTierTestBase
{
    [Fact]
    public async Task Write_DiskFull_IsFalseAndTheCacheGoesOn()
    {
        var mount = Path.Combine(Root, "small");
        Directory.CreateDirectory(mount);
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", mount), "only root may mount a small file system");
        try
        {
            await using var tier = Open(Options() with { Directory = Path.Combine(mount, "cache"), AvailableBytes = () => long.MaxValue / 2 });
            var kept = await StoreAsync(tier, "kept", 10 * Chunk);
            await tier.FlushAsync();
            var junk = Path.Combine(mount, "junk");
            await FillAsync(junk);

            Assert.False(await tier.WriteAsync(tier.Create("new", Metadata(Chunk)), 0, new byte[Chunk], Cancellation));
            Assert.Equal((1, 10 * Chunk), (tier.GetStatistics().RefusedChunks, tier.GetStatistics().Bytes));
            Assert.Single(Log.Warnings, line => line.StartsWith("WriteFailed", StringComparison.Ordinal));
            Assert.Equal(Body("kept", 10 * Chunk), await ReadAsync(tier, kept));
            for (var i = 0; i < 300; i++) tier.Update(kept, Metadata(10 * Chunk, new string('x', 4000) + i));
            await Assert.ThrowsAsync<IOException>(tier.FlushAsync);

            File.Delete(junk);
            var after = await StoreAsync(tier, "after", Chunk);
            Assert.Equal(Body("after", Chunk), await ReadAsync(tier, after));
            await tier.FlushAsync();
            Assert.Single(tier.Find("after"));
        }
        finally
        {
            await RunAsync("umount", "-l", mount);
        }
    }

    // Free bytes say nothing of inodes, nor of a quota.
    [Fact]
    public async Task Write_InodesUsedUp_TakesThePlaceOfWhatIsNeededLeast()
    {
        var mount = Path.Combine(Root, "few");
        Directory.CreateDirectory(mount);
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m,nr_inodes=700", "none", mount), "only root may mount a small file system");
        try
        {
            await using var tier = Open(Options() with { Directory = Path.Combine(mount, "cache") });
            for (var i = 0; i < 2000; i++) await tier.WriteAsync(tier.Create("old" + i, Metadata(Chunk)), 0, new byte[Chunk], Cancellation);
            var before = tier.GetStatistics();
            Assert.InRange(before.Objects, 1, 699);
            Assert.Single(Log.Warnings);

            // One fails each second, and has the rest find room.
            for (var second = 0; second < 3; second++, Time.Advance(TimeSpan.FromSeconds(1)))
            {
                await tier.WriteAsync(tier.Create($"first{second}", Metadata(Chunk)), 0, new byte[Chunk], Cancellation);
                for (var i = 0; i < 20; i++)
                {
                    var target = await StoreAsync(tier, $"new{second}-{i}", Chunk);
                    Assert.Equal(Body($"new{second}-{i}", Chunk), await ReadAsync(tier, target));
                }
            }

            // More, where another test started a process meanwhile: until that has begun it holds what is open here, and a deleted file its inode.
            Assert.InRange(tier.GetStatistics().Objects, before.Objects - 3, 699);
            Assert.Single(Log.Warnings);
        }
        finally
        {
            await RunAsync("umount", "-l", mount);
        }
    }

    [Fact]
    public async Task Read_FileSystemBecameReadOnly_GoesOnThoughTheFileWasNotOpen()
    {
        await using (var first = Open()) await StoreAsync(first, "a", 2 * Chunk);
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        // Only for what is opened from now on, as after an error: what is open stays so.
        Assert.SkipUnless(await RunAsync("mount", "--bind", Root, Root) && await RunAsync("mount", "-o", "remount,bind,ro", Root), "only root may mount");
        try
        {
            Assert.Equal(Body("a", 2 * Chunk), await ReadAsync(tier, objects[0]));
            Assert.False(await tier.WriteAsync(tier.Create("b", Metadata(Chunk)), 0, new byte[Chunk], Cancellation));
            Assert.True(objects[0].IsComplete);
        }
        finally
        {
            await RunAsync("umount", "-l", Root);
        }
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true) await file.WriteAsync(new byte[4096], Cancellation);
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Cancellation);
        return process.ExitCode == 0;
    }
}
