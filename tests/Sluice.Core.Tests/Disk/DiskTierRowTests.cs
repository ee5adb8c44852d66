using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

/// <summary>Rows that nobody has used since start: eviction sees them in their order, and one object at most is made of each.</summary>
public sealed class DiskTierRowTests : DiskTierTestBase
{
    [Fact]
    public async Task Evict_AfterARestart_TakesTheLeastRecentlyUsedRowsAndTheirFiles()
    {
        await FillAsync(10);
        await using var tier = Open(Options(10 * Chunk));
        await tier.LoadAsync(Cancellation);
        for (var i = 0; i < 4; i++) await StoreAsync(tier, "new" + i, Chunk);
        Assert.Equal(4, tier.GetStatistics().Evictions);
        Assert.Equal(10 * Chunk, tier.GetStatistics().Bytes);
        Assert.Equal(10, BodyFiles().Length);
        Assert.Equal(["k4", "k5", "k6", "k7", "k8", "k9"], Found(tier));
        await tier.FlushAsync();
        var (after, objects) = await OpenLoadedAsync(Options(10 * Chunk) with { Directory = CopyCache() });
        await using var _ = after;
        Assert.Equal(["k4", "k5", "k6", "k7", "k8", "k9", "new0", "new1", "new2", "new3"], objects.Select(o => o.Key).Order(StringComparer.Ordinal));
        Assert.Equal((10 * Chunk, 10), (after.GetStatistics().Bytes, after.GetStatistics().Objects));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Evict_RowThatCameIntoUse_KeepsItsPlaceAndIsPassedOverForItsUses(bool beforeTheIndexIsRead)
    {
        await FillAsync(10);
        await using var tier = Open(Options(10 * Chunk));
        if (!beforeTheIndexIsRead) await tier.LoadAsync(Cancellation);
        var (used, once) = (Assert.Single(tier.Find("k0")), Assert.Single(tier.Find("k1")));
        if (beforeTheIndexIsRead) await tier.LoadAsync(Cancellation);
        var told = new List<string>();
        tier.Evicted = target => told.Add(target.Key);
        for (var i = 0; i < 3; i++) tier.Hit(used);
        for (var i = 0; i < 3; i++) await StoreAsync(tier, "new" + i, Chunk);
        Assert.Equal(Body("k0", Chunk), await ReadAsync(tier, used));
        // Those that are in use are told of, the others nobody knows.
        Assert.Equal(["k1"], told);
        Assert.True(once.IsRemoved);
        Assert.Equal(["k4", "k5", "k6", "k7", "k8", "k9"], Found(tier).Except(["k0"]));
    }

    [Fact]
    public async Task Find_EvictedAsARow_IsNotFoundThoughItsRowIsStillThere()
    {
        await FillAsync(2);
        await using var tier = Open(Options(2 * Chunk));
        await tier.LoadAsync(Cancellation);
        await StoreAsync(tier, "new", Chunk);
        Assert.Empty(tier.Find("k0"));
        Assert.Single(tier.Find("k1"));
        await tier.FlushAsync();
        Assert.Empty(tier.Find("k0"));
    }

    [Fact]
    public async Task Find_RowJustEvictedWhileTheIndexIsRead_MakesNoObjectOfIt()
    {
        await FillAsync(4);
        await using var tier = Open(Options(2 * Chunk));
        Assert.Single(tier.Find("k0"));
        IReadOnlyList<DiskObject> found = [];
        // Picked to go together with k0, and not let go of yet.
        tier.Evicted = _ => found = tier.Find("k1");
        await tier.LoadAsync(Cancellation);
        Assert.Empty(found);
        await tier.FlushAsync();
        Assert.Equal((2, 2L * Chunk, 2), (tier.GetStatistics().Objects, tier.GetStatistics().Bytes, BodyFiles().Length));
    }

    [Fact]
    public async Task Scan_Unused_MakesNothingKnownUntilItIsKept()
    {
        await FillAsync(3);
        await using var tier = Open();
        await tier.LoadAsync(Cancellation);
        var scanned = tier.Scan(static row => row.Key.EndsWith("1"u8)).Single();
        Assert.Equal(("k1", Chunk, 3), (scanned.Key, scanned.Bytes, tier.RowCount));
        var found = Assert.Single(tier.Find("k1"));
        Assert.NotSame(scanned, found);
        Assert.Same(found, tier.Keep(scanned));
        tier.Remove(found);
        Assert.Null(tier.Keep(scanned));
        var other = tier.Scan(static row => row.Key.EndsWith("2"u8)).Single();
        Assert.Same(other, tier.Keep(other));
        Assert.Equal(Body("k2", Chunk), await ReadAsync(tier, other));
    }

    [Fact]
    public async Task Find_WhileOthersEvict_CountsEachByteOnce()
    {
        const int rows = 200, bound = rows * Chunk;
        await FillAsync(rows);
        await using (var tier = Open(Options(bound)))
        {
            await Parallel.ForAsync(0, 4, Cancellation, async (thread, cancellation) =>
            {
                for (var i = 0; i < rows; i++)
                {
                    if (thread == 0) await StoreAsync(tier, "new" + i, Chunk);
                    else if (thread == 1 && i == rows / 4) await tier.LoadAsync(cancellation);
                    else
                        foreach (var found in tier.Find("k" + ((i * thread) % rows)))
                        {
                            if (await ReadAsync(tier, found) is { } body) Assert.Equal(Body(found.Key, Chunk), body);
                            if (i % 3 == 0) tier.Remove(found);
                            else tier.Hit(found);
                        }
                }
            });
            await tier.LoadAsync(Cancellation);
            await tier.Sweep;
            Assert.InRange(tier.GetStatistics().Bytes, 0, bound);
            Assert.Equal(tier.GetStatistics().Objects, BodyFiles().Length);
            Assert.Equal(tier.GetStatistics().Bytes, BodyFiles().Length * Chunk);
        }

        var files = BodyFiles().Length;
        var (after, objects) = await OpenLoadedAsync(Options(bound));
        await using var _ = after;
        Assert.Equal((files, files, (long)files * Chunk), (objects.Count, after.GetStatistics().Objects, after.GetStatistics().Bytes));
        foreach (var target in objects) Assert.Equal(Body(target.Key, Chunk), await ReadAsync(after, target));
    }

    private static string[] Found(DiskTier tier) => [.. Enumerable.Range(0, 10).Select(i => "k" + i).Where(key => tier.Find(key).Count > 0)];

    /// <summary>k0 is the one that was used longest ago.</summary>
    private async Task FillAsync(int count)
    {
        await using var tier = Open();
        for (var i = 0; i < count; i++)
        {
            await StoreAsync(tier, "k" + i, Chunk);
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
