using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

public sealed class DiskTierRestartTests : DiskTierTestBase
{
    [Fact]
    public async Task Restart_AfterDispose_HasEverything()
    {
        await using (var first = Open())
        {
            await StoreAsync(first, "a", (2 * Chunk) + 5);
            await StoreAsync(first, "b", Chunk);
            await StoreAsync(first, "empty", 0);
        }
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.True(tier.IsLoaded);
        Assert.Equal(["a", "b", "empty"], objects.Select(o => o.Key).Order());
        foreach (var target in objects) Assert.Equal(Body(target.Key, (int)target.Metadata.Length!), await ReadAsync(tier, target));
        Assert.Equal((3 * Chunk) + 5, tier.GetStatistics().Bytes);
        Assert.Equal(3, tier.GetStatistics().Objects);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task Restart_Metadata_IsAsLastUpdated()
    {
        await using (var first = Open())
        {
            var target = await StoreAsync(first, "a", 10);
            first.Update(target, Metadata(10, "t1", "t2"));
        }
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.Equal(["t1", "t2"], objects[0].PeekMetadata().Tags);
        Assert.Equal(["t1", "t2"], objects[0].Metadata.Tags);
        Assert.Equal("a, b", objects[0].Metadata.Headers.Combined("x-two"));
        Assert.Same(objects[0].Metadata, objects[0].Metadata);
        // An update after the restart replaces what was read.
        tier.Update(objects[0], Metadata(10, "t3"));
        await tier.FlushAsync();
        Assert.Equal(["t3"], objects[0].Metadata.Tags);
    }

    [Fact]
    public async Task Find_BeforeTheIndexWasRead_GivesTheInstanceThatLoadHandsOver()
    {
        await using (var first = Open())
        {
            await StoreAsync(first, "a", Chunk);
            await StoreAsync(first, "b", Chunk);
        }
        await using var tier = Open();
        Assert.False(tier.IsLoaded);
        var found = Assert.Single(tier.Find("a"));
        Assert.Same(found, Assert.Single(tier.Find("a")));
        Assert.Equal(Body("a", Chunk), await ReadAsync(tier, found));
        var created = await StoreAsync(tier, "c", Chunk);
        var objects = new List<DiskObject>();
        await tier.LoadAsync(objects.Add, Cancellation);
        Assert.Equal(3, objects.Count);
        Assert.Contains(found, objects);
        Assert.Contains(created, objects);
    }

    [Fact]
    public async Task Find_RemovedButNotYetCommitted_IsNotFound()
    {
        await using (var first = Open()) await StoreAsync(first, "a", Chunk);
        await using var tier = Open();
        tier.Remove(Assert.Single(tier.Find("a")));
        Assert.Empty(tier.Find("a"));
        var objects = new List<DiskObject>();
        await tier.LoadAsync(objects.Add, Cancellation);
        Assert.Empty(objects);
        Assert.Equal(0, tier.GetStatistics().Bytes);
    }

    [Fact]
    public async Task Restart_PartialObject_KnowsItsGapsAndTakesThem()
    {
        var body = Body("a", 4 * Chunk);
        await using (var first = Open())
        {
            var target = first.Create("a", Metadata(4 * Chunk));
            Assert.True(await first.WriteAsync(target, 2, body.AsMemory(2 * Chunk, Chunk), Cancellation));
        }
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        var loaded = Assert.Single(objects);
        Assert.Equal(1, loaded.ChunkCount);
        Assert.Equal(Chunk, loaded.Bytes);
        Assert.Equal([false, false, true, false], Enumerable.Range(0, 4).Select(loaded.Has));
        foreach (var chunk in new[] { 0, 1, 3 }) Assert.True(await tier.WriteAsync(loaded, chunk, body.AsMemory(chunk * Chunk, Chunk), Cancellation));
        Assert.Equal(body, await ReadAsync(tier, loaded));
    }

    [Fact]
    public async Task Restart_LengthNeverKnown_IsNotLoaded()
    {
        await using (var first = Open()) Assert.True(await first.WriteAsync(first.Create("a", Metadata(null)), 0, new byte[Chunk], Cancellation));
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.Empty(objects);
        Assert.Empty(BodyFiles());
        Assert.Equal(0, tier.GetStatistics().Bytes);
    }

    [Fact]
    public async Task Load_Order_IsLeastRecentlyUsedFirst()
    {
        await using (var first = Open())
        {
            var a = await StoreAsync(first, "a", 10);
            Time.Advance(TimeSpan.FromSeconds(5));
            await StoreAsync(first, "b", 10);
            Time.Advance(TimeSpan.FromSeconds(5));
            await StoreAsync(first, "c", 10);
            Time.Advance(TimeSpan.FromSeconds(5));
            first.Hit(a);
        }
        var (tier, objects) = await OpenLoadedAsync();
        await using var _ = tier;
        Assert.Equal(["b", "c", "a"], objects.Select(o => o.Key));
    }

    [Fact]
    public async Task Uses_OfAProcessThatIsKilled_AreStoredOnceAMinute()
    {
        await using var tier = Open();
        var a = await StoreAsync(tier, "a", 10);
        await StoreAsync(tier, "b", 10);
        Time.Advance(TimeSpan.FromSeconds(30));
        tier.Hit(a);
        Time.Advance(TimeSpan.FromSeconds(31));
        await tier.FlushAsync();
        var (after, objects) = await OpenLoadedAsync(Options() with { Directory = CopyCache() });
        await using var _ = after;
        Assert.Equal(["b", "a"], objects.Select(o => o.Key));
    }

    [Fact]
    public async Task Kill_AfterFlush_LosesNothing()
    {
        await using var tier = Open();
        await StoreAsync(tier, "a", 3 * Chunk);
        await tier.FlushAsync();
        var (after, objects) = await OpenLoadedAsync(Options() with { Directory = CopyCache() });
        await using var _ = after;
        Assert.Equal(Body("a", 3 * Chunk), await ReadAsync(after, Assert.Single(objects)));
    }

    [Fact]
    public async Task Kill_BeforeCommit_SweepsTheFileInTheBackground()
    {
        await using var tier = Open();
        await StoreAsync(tier, "kept", Chunk);
        await tier.FlushAsync();
        await StoreAsync(tier, "lost", Chunk);
        var copy = CopyCache();
        await File.WriteAllTextAsync(Path.Combine(copy, "objects", "not-ours.txt"), "x", Cancellation);
        var (after, objects) = await OpenLoadedAsync(Options() with { Directory = copy });
        await using var _ = after;
        Assert.Equal("kept", Assert.Single(objects).Key);
        Assert.Equal(1, after.GetStatistics().OrphansDeleted);
        Assert.Equal(Chunk, after.GetStatistics().Bytes);
        // Ours alone are deleted.
        Assert.Equal(2, Directory.GetFiles(Path.Combine(copy, "objects"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Sweep_FilesWrittenSinceTheStart_AreLeftAlone()
    {
        await using var tier = Open();
        var name = BodyName.Create("x", [], out ulong _);
        var path = Path.Combine(Root, "cache", "objects", name.RelativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, new byte[1], Cancellation);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(Path.Combine(Root, "cache", "lock")).AddSeconds(1));
        await tier.LoadAsync(_ => { }, Cancellation);
        await tier.Sweep;
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Load_Cancelled_StopsAndCanBeAskedAgain()
    {
        await using (var first = Open()) await StoreAsync(first, "a", 10);
        await using var tier = Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tier.LoadAsync(_ => { }, new CancellationToken(true)));
        Assert.False(tier.IsLoaded);
        var objects = new List<DiskObject>();
        await tier.LoadAsync(objects.Add, Cancellation);
        Assert.Single(objects);
    }

    [Fact]
    public async Task Dispose_WhatIsAskedForOrRemovedLater_IsNoErrorAndStays()
    {
        await using (var first = Open())
            foreach (var key in new[] { "a", "b" }) await StoreAsync(first, key, Chunk);
        var tier = Open();
        var found = Assert.Single(tier.Find("a"));
        await tier.DisposeAsync();
        Assert.Empty(tier.Find("b"));
        Assert.Equal(0, tier.BodyOf(found).Count);
        // As where the body of what is being stored breaks off when a server ends.
        tier.Remove(found);
        await using var again = Open();
        foreach (var key in new[] { "a", "b" }) Assert.Equal(Body(key, Chunk), await ReadAsync(again, Assert.Single(again.Find(key))));
    }
}
