namespace Sluice.Core.Tests.Disk;

/// <summary>A directory that is deleted, moved or replaced while it is used: what is written there would never be found again, and nothing keeps another process out.</summary>
public sealed class DiskTierLostTests : DiskTierTestBase
{
    private string Cache => Path.Combine(Root, "cache");

    [Fact]
    public async Task Tick_DirectoryDeleted_LetsGoOfAllAndSaysSoOnce()
    {
        await using (var first = Open()) await StoreAsync(first, "earlier", Chunk);
        await using var tier = Open();
        await tier.LoadAsync(Cancellation);
        await tier.Sweep;
        var current = await StoreAsync(tier, "current", Chunk);
        var half = tier.Create("half", Metadata(2 * Chunk));
        Assert.True(await tier.WriteAsync(half, 0, new byte[Chunk], Cancellation));
        await tier.FlushAsync();
        var evicted = new List<string>();
        tier.Evicted = target => evicted.Add(target.Key);

        Directory.Delete(Cache, recursive: true);
        for (var i = 0; i < 3; i++) Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(tier.IsLost);
        Assert.StartsWith("DirectoryLost", Assert.Single(Log.Warnings), StringComparison.Ordinal);
        Assert.Equal(["current", "half"], evicted.Order());
        Assert.Equal((0, 0), (tier.GetStatistics().Bytes, tier.GetStatistics().Objects));
        Assert.Null(await ReadAsync(tier, current));
        Assert.Empty(tier.Find("earlier"));
        Assert.Empty(tier.Scan(static _ => true));
        Assert.False(await tier.WriteAsync(tier.Create("new", Metadata(Chunk)), 0, new byte[Chunk], Cancellation));
        Assert.False(await tier.WriteAsync(half, 1, new byte[Chunk], Cancellation));
        tier.ListEmpty(tier.Create("empty", Metadata(0)));
        // So that a purge is not refused for it.
        await tier.FlushAsync();
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public async Task Tick_AnotherProcessHasTheDirectoryNow_LeavesItAlone()
    {
        await using var tier = Open();
        await tier.LoadAsync(Cancellation);
        await tier.Sweep;
        await StoreAsync(tier, "mine", Chunk);
        Directory.Delete(Cache, recursive: true);
        await using var other = Open();
        await other.LoadAsync(Cancellation);
        await other.Sweep;
        var kept = await StoreAsync(other, "theirs", Chunk);

        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(tier.IsLost);
        Assert.False(other.IsLost);
        Assert.False(await tier.WriteAsync(tier.Create("new", Metadata(Chunk)), 0, new byte[Chunk], Cancellation));
        Assert.Empty(tier.Scan(static _ => true));
        Assert.Equal([BodyFile(kept)], BodyFiles());
        Assert.Equal(Body("theirs", Chunk), await ReadAsync(other, kept));
    }

    [Fact]
    public async Task Tick_MovedAwayAndBack_KnowsNothingOfWhatCouldNotBePurged()
    {
        await using (var tier = Open())
        {
            await StoreAsync(tier, "a", Chunk);
            await tier.FlushAsync();
            await tier.LoadAsync(Cancellation);
            Directory.Move(Cache, Cache + "2");
            Time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(tier.IsLost);
            await tier.FlushAsync();
            Directory.Move(Cache + "2", Cache);
        }
        var (again, objects) = await OpenLoadedAsync();
        await using var _ = again;
        Assert.Empty(objects);
    }

    [Fact]
    public async Task Tick_IndexDeleted_LetsGoOfAll()
    {
        await using var tier = Open();
        await tier.LoadAsync(Cancellation);
        foreach (var file in Directory.GetFiles(Cache, "index.db*")) File.Delete(file);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(tier.IsLost);
    }

    [Fact]
    public async Task Tick_LockTouched_IsStillTheSame()
    {
        await using var tier = Open();
        await tier.LoadAsync(Cancellation);
        File.SetLastWriteTimeUtc(Path.Combine(Cache, "lock"), DateTime.UnixEpoch.AddYears(50));
        Assert.Throws<IOException>(() => Open());
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(tier.IsLost);
        Assert.Empty(Log.Warnings);
    }
}
