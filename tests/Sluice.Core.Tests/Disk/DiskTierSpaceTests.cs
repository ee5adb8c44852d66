using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

public sealed class DiskTierSpaceTests : DiskTierTestBase
{
    [Fact]
    public async Task Write_NoRoom_EvictsWholeObjectsAndTellsTheEngine()
    {
        await using var tier = Open(Options(10 * Chunk));
        var told = new List<string>();
        tier.Evicted = target => told.Add(target.Key);
        for (var i = 0; i < 5; i++) await StoreAsync(tier, "k" + i, 2 * Chunk);
        Assert.Empty(told);
        var last = await StoreAsync(tier, "new", 2 * Chunk);
        Assert.Equal(["k0"], told);
        Assert.Equal(1, tier.GetStatistics().Evictions);
        Assert.Equal(10 * Chunk, tier.GetStatistics().Bytes);
        Assert.Equal(5, tier.GetStatistics().Objects);
        Assert.Equal(5, BodyFiles().Length);
        Assert.Equal(Body("new", 2 * Chunk), await ReadAsync(tier, last));
    }

    [Fact]
    public async Task Write_WhatWasEvictedCannotBeDeleted_IsRefusedAtOnceAndEvictsAgainLater()
    {
        await using var tier = Open(Options(10 * Chunk));
        List<DiskObject> held = [];
        for (var i = 0; i < 5; i++) held.Add(await StoreAsync(tier, "k" + i, 2 * Chunk));
        // Something that File.Delete does not delete.
        File.Delete(BodyFile(held[0]));
        Directory.CreateDirectory(BodyFile(held[0]));

        // By a clock that stands still nobody may wait.
        for (var i = 0; i < 5; i++) Assert.False(await tier.WriteAsync(tier.Create("new" + i, Metadata(Chunk)), 0, new byte[Chunk], Cancellation));
        Assert.Equal((1, 10 * Chunk), (tier.GetStatistics().Evictions, tier.GetStatistics().Bytes));
        Assert.Single(Log.Warnings, line => line.StartsWith("DeleteFailed", StringComparison.Ordinal));
        Assert.Equal(Body("k1", 2 * Chunk), await ReadAsync(tier, held[1]));

        Time.Advance(TimeSpan.FromSeconds(61));
        var after = await StoreAsync(tier, "after", 2 * Chunk);
        Assert.Equal(Body("after", 2 * Chunk), await ReadAsync(tier, after));
        Assert.Equal(10 * Chunk, tier.GetStatistics().Bytes);
    }

    [Fact]
    public async Task Write_MoreObjectsThanTheBound_Evicts()
    {
        await using var tier = Open(Options() with { MaximumObjects = 3 });
        for (var i = 0; i < 5; i++) await StoreAsync(tier, "k" + i, i == 4 ? 0 : 10);
        Assert.Equal(3, tier.GetStatistics().Objects);
        Assert.Equal(2, tier.GetStatistics().Evictions);
    }

    [Fact]
    public async Task Write_LongKeysAndNextToNoBodies_StayInTheBoundWithTheirRows()
    {
        // As when a client asks for many long targets that are not there.
        const int Bound = 2 << 20;
        var index = Path.Combine(Root, "cache", "index.db");
        await using (var tier = Open(Options(Bound)))
        {
            var first = await StoreAsync(tier, LongKey(-1), 9);
            Assert.InRange(tier.GetStatistics().Bytes, 13_000, 15_000);
            tier.Remove(first);
            Assert.Equal(0, tier.GetStatistics().Bytes);
            for (var i = 0; i < 1000; i++)
            {
                await StoreAsync(tier, LongKey(i), 9);
                if (i % 50 == 0) await tier.FlushAsync();
            }
            Assert.InRange(tier.GetStatistics().Bytes, Bound / 2, Bound);
            Assert.InRange(tier.GetStatistics().Objects, 50, 160);
            await tier.FlushAsync();
        }
        // Pages are filled in part only; what was deleted is used again.
        Assert.InRange(new FileInfo(index).Length, 0, 2 * Bound);

        // Counted after a restart too, whether found before the index was read or not, and until it is gone.
        await using (var tier = Open(Options(Bound)))
        {
            var early = Assert.Single(tier.Find(LongKey(999)));
            await tier.LoadAsync(Cancellation);
            var before = tier.GetStatistics();
            Assert.InRange(before.Bytes, before.Objects * 13_000L, before.Objects * 15_000L);
            foreach (var target in new[] { early, Assert.Single(tier.Find(LongKey(998))) }) tier.Remove(target);
            foreach (var row in tier.Rows) tier.Remove(row);
            Assert.Equal((0, 0), (tier.GetStatistics().Bytes, tier.GetStatistics().Objects));
            for (var i = 0; i < 100; i++) await StoreAsync(tier, LongKey(i), 9);
        }
        var (smaller, _) = await OpenLoadedAsync(Options(Bound / 4));
        await using var end = smaller;
        Assert.InRange(smaller.GetStatistics().Bytes, 1, Bound / 4);

        static string LongKey(int i) => $"/{i}/" + new string('k', 7000);
    }

    [Fact]
    public async Task Write_BodyLargerThanTheBound_KeepsWhatFitsAndRefusesTheRest()
    {
        await using var tier = Open(Options(4 * Chunk));
        var target = tier.Create("a", Metadata(6 * Chunk));
        var stored = new List<bool>();
        for (var i = 0; i < 6; i++) stored.Add(await tier.WriteAsync(target, i, new byte[Chunk], Cancellation));
        Assert.Equal([true, true, true, true, false, false], stored);
        Assert.Equal(2, tier.GetStatistics().RefusedChunks);
        Assert.False(target.IsRemoved);
        Assert.True(await tier.ReadAsync(target, 3, 0, new byte[Chunk], Cancellation));
    }

    [Fact]
    public async Task Write_ObjectOfATenthOfTheBoundAndMore_IsNotEvictedForItself()
    {
        await using var tier = Open(Options(10 * Chunk));
        for (var i = 0; i < 10; i++) await StoreAsync(tier, "k" + i, Chunk);
        var target = await StoreAsync(tier, "large", 8 * Chunk);
        Assert.Equal(Body("large", 8 * Chunk), await ReadAsync(tier, target));
    }

    [Fact]
    public async Task Write_FileSystemNearlyFull_EvictsToKeepTheMinimumFree()
    {
        long total = 20 * Chunk, other = 0;
        await using var tier = Open(Options() with { MinimumFreeBytes = 5 * Chunk, AvailableBytes = () => total - other - BodyFiles().Sum(file => new FileInfo(file).Length) });
        for (var i = 0; i < 30; i++) await StoreAsync(tier, "k" + i, Chunk);
        Assert.InRange(tier.GetStatistics().Bytes, 14 * Chunk, 15 * Chunk);
        // Said, for nothing else tells why the cache is smaller than its bound; and not each time.
        Assert.Single(Log.Warnings, line => line.StartsWith("SpaceShort", StringComparison.Ordinal));
        // Another program takes the rest.
        other = 15 * Chunk;
        Time.Advance(TimeSpan.FromSeconds(2));
        var refused = tier.Create("refused", Metadata(Chunk));
        Assert.False(await tier.WriteAsync(refused, 0, new byte[Chunk], Cancellation));
        Assert.Equal(0, tier.GetStatistics().Bytes);
        other = 0;
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await tier.WriteAsync(refused, 0, new byte[Chunk], Cancellation));
    }

    [Fact]
    public async Task Write_RightAfterARestartOfAFullCache_FindsSomethingToEvict()
    {
        await using (var first = Open(Options(10 * Chunk)))
            for (var i = 0; i < 10; i++) await StoreAsync(first, "k" + i, Chunk);
        await using var tier = Open(Options(10 * Chunk));
        await StoreAsync(tier, "new", Chunk);
        Assert.Equal(10 * Chunk, tier.GetStatistics().Bytes);
        Assert.Equal(10, BodyFiles().Length);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task Restart_WithALowerBound_Evicts()
    {
        await using (var first = Open())
            for (var i = 0; i < 10; i++)
            {
                await StoreAsync(first, "k" + i, Chunk);
                Time.Advance(TimeSpan.FromSeconds(1));
            }
        var (tier, objects) = await OpenLoadedAsync(Options(3 * Chunk));
        await using var _ = tier;
        Assert.Equal(["k7", "k8", "k9"], objects.Select(o => o.Key));
        Assert.Equal(3 * Chunk, tier.GetStatistics().Bytes);
    }

    [Fact]
    public async Task Remove_WhileItIsRead_CountsTheBytesUntilTheReadEnds()
    {
        await using var tier = Open(Options(2 * Chunk));
        var target = await StoreAsync(tier, "a", 2 * Chunk);
        Assert.True(target.TryUse());
        tier.Remove(target);
        Assert.Equal(2 * Chunk, tier.GetStatistics().Bytes);
        Assert.Single(BodyFiles());
        var waiting = tier.WriteAsync(tier.Create("b", Metadata(Chunk)), 0, new byte[Chunk], Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);
        // What ReadAsync does at its end.
        tier.EndUse(target);
        Assert.True(await waiting);
        Assert.Equal(Chunk, tier.GetStatistics().Bytes);
        Assert.Single(BodyFiles());
    }

    [Fact]
    public async Task Write_WhatWasEvictedIsReadForever_IsRefusedAfterASecond()
    {
        await using var tier = Open(Options(2 * Chunk));
        var target = await StoreAsync(tier, "a", 2 * Chunk);
        Assert.True(target.TryUse());
        var timers = Time.ActiveTimers;
        var waiting = tier.WriteAsync(tier.Create("b", Metadata(Chunk)), 0, new byte[Chunk], Cancellation).AsTask();
        while (!waiting.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.False(await waiting);
        Assert.True(target.IsRemoved);
        tier.EndUse(target);
        Assert.Equal(0, tier.GetStatistics().Bytes);
    }

    [Fact]
    public async Task Write_FolderCannotBeMade_IsFalseLoggedOnceAndGivesTheRoomBack()
    {
        await using var tier = Open();
        await File.WriteAllTextAsync(Path.Combine(Root, "cache", "objects"), "in the way", Cancellation);
        for (var i = 0; i < 3; i++) Assert.False(await tier.WriteAsync(tier.Create("k" + i, Metadata(Chunk)), 0, new byte[Chunk], Cancellation));
        Assert.Equal(0, tier.GetStatistics().Bytes);
        Assert.Equal(3, tier.GetStatistics().RefusedChunks);
        Assert.Single(Log.Warnings, line => line.StartsWith("WriteFailed", StringComparison.Ordinal));
        File.Delete(Path.Combine(Root, "cache", "objects"));
        await StoreAsync(tier, "after", Chunk);
    }

    [Fact]
    public async Task Write_ManyThreads_FilesNeverExceedTheBound()
    {
        const int bound = 64 * Chunk;
        await using var tier = Open(Options(bound));
        using var done = new CancellationTokenSource();
        var most = 0L;
        var watching = Task.Run(() =>
        {
            // What two looks agree on was there at the moment between them; one look alone sees a deleted file and its successor.
            while (!done.IsCancellationRequested)
            {
                var first = BodyFiles().ToDictionary(file => file, SizeOf);
                most = Math.Max(most, first.Sum(file => Math.Min(file.Value, SizeOf(file.Key))));
            }
        });
        await Parallel.ForAsync(0, 8, Cancellation, async (thread, cancellation) =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 120; i++)
            {
                var key = $"k{thread}-{i}";
                var target = tier.Create(key, Metadata(8 * Chunk));
                var body = Body(key, 8 * Chunk);
                // In order, so that the length of a file is the bytes in it.
                for (var chunk = 0; chunk < random.Next(1, 9); chunk++)
                    await tier.WriteAsync(target, chunk, body.AsMemory(chunk * Chunk, Chunk), cancellation);
                var read = new byte[Chunk];
                for (var chunk = 0; chunk < 8; chunk++)
                    if (await tier.ReadAsync(target, chunk, 0, read, cancellation)) Assert.True(read.AsSpan().SequenceEqual(body.AsSpan(chunk * Chunk, Chunk)));
                Assert.InRange(tier.GetStatistics().Bytes, 0, bound);
                if (random.Next(4) == 0) tier.Remove(target);
            }
        });
        await done.CancelAsync();
        await watching;
        Assert.InRange(most, Chunk, bound);
        Assert.Equal(tier.GetStatistics().Bytes, BodyFiles().Sum(SizeOf));
        Assert.Equal(tier.GetStatistics().Objects, BodyFiles().Length);
        Assert.Equal(0, tier.GetStatistics().DamagedChunks);

        // And the index agrees with the files.
        var (bytes, objects) = (tier.GetStatistics().Bytes, tier.GetStatistics().Objects);
        await tier.DisposeAsync();
        var (after, loaded) = await OpenLoadedAsync(Options(bound));
        await using var _ = after;
        Assert.Equal((bytes, objects), (after.GetStatistics().Bytes, after.GetStatistics().Objects));
        Assert.Equal((bytes, objects), (loaded.Sum(o => o.Bytes), loaded.Count));
    }

    private static long SizeOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? info.Length : 0;
    }
}
