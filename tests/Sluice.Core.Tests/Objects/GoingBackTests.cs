using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Core.Tests.Objects;

/// <summary>Objects that nobody uses go back to being rows of the index; whoever comes next, or had them in hand, notices nothing.</summary>
public sealed class GoingBackTests : GoingBackTestBase
{
    [Fact]
    public async Task GoBack_WholeOnDisk_IsARowAndFoundAgainWithEveryByte()
    {
        await using var cache = await OpenAsync();
        var stored = await StoreAsync(cache, "/a");
        await StoreAsync(cache, "/b");
        await ReadAsync(stored);

        Assert.Equal(2, cache.GoBack(0));

        Assert.Null(cache.Scope("s").Find("/a"));
        Assert.Equal((2, 2, 2L * Length), (cache.Disk!.RowCount, cache.GetStatistics().Objects, cache.GetStatistics().Disk!.Value.Bytes));
        var found = Find(cache, "/a")!;
        Assert.NotSame(stored, found);
        Assert.Equal(Body("/a", 1), await ReadAsync(found));
        Assert.Equal((1, 2, 2L * Length), (cache.Disk.RowCount, cache.GetStatistics().Objects, cache.GetStatistics().Disk!.Value.Bytes));
        Assert.Same(found, Find(cache, "/a"));
    }

    [Fact]
    public async Task GoBack_InUse_Stays()
    {
        await using var cache = await OpenAsync(memory: 1 << 20);
        var held = await StoreAsync(cache, "/held");
        var uncommitted = await StoreAsync(cache, "/late", flush: false);
        Assert.True(held.MemoryBytes > 0 && uncommitted.MemoryBytes > 0);
        Assert.Equal(0, cache.GoBack(0));
        // Out of memory, they wait for the index and for whoever holds them.
        for (var i = 0; i < 200; i++) await StoreAsync(cache, $"/other/{i}", flush: false);
        Assert.Equal((0, 0), (held.MemoryBytes, uncommitted.MemoryBytes));
        Assert.Equal(1, cache.GoBack(0));
        Assert.True(held.IsDetached);
        await cache.Disk!.FlushAsync();
        held = Find(cache, "/held")!;
        Assert.True(held.TryHold());
        cache.GoBack(0);
        Assert.False(held.IsDetached);
        Assert.True(uncommitted.IsDetached);
        held.Release();
        Assert.Equal(1, cache.GoBack(0));
    }

    [Fact]
    public async Task GoBack_OpenFileLent_Stays()
    {
        await using var cache = await OpenAsync();
        var stored = await StoreAsync(cache, "/a");
        await ReadAsync(stored);
        Assert.True(stored.TryLease(0, Length, out var lease, out _));
        Assert.Equal(0, cache.GoBack(0));
        lease.Dispose();
        Assert.Equal(1, cache.GoBack(0));
        Assert.True(lease.File.IsClosed);
        Assert.False(stored.TryLease(0, Length, out _, out _));
    }

    [Fact]
    public async Task FindStored_WhoseChunksWereChecked_NeedsNoSecondCheck()
    {
        await using var cache = await OpenAsync();
        await ReadAsync(await StoreAsync(cache, "/read"));
        await StoreAsync(cache, "/unread");
        Assert.Equal(2, cache.GoBack(0));
        foreach (var (target, expected) in new[] { ("/read", Length), ("/unread", Chunk) })
        {
            var found = Find(cache, target)!;
            using var reader = found.Open(0, Length, (FillSource?)null);
            (await reader.ReadAsync(10, Cancellation)).Dispose();
            Assert.True(found.TryLease(0, Length, out var lease, out var length));
            lease.Dispose();
            Assert.Equal(expected, length);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Open_FoundBeforeItWentBack_ReadsWhatIsStored(int times)
    {
        await using var cache = await OpenAsync();
        var found = await StoreAsync(cache, "/a");
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(1, cache.GoBack(0));
            Assert.False(found.TryHold());
            Assert.True(found.IsServable && found.Holds(0, Length));
            Assert.Equal(Body("/a", 1), await ReadAsync(found));
        }

        Assert.Equal(1, cache.GetStatistics().Disk!.Value.Objects);
        Assert.Single(Directory.GetFiles(Path.Combine(Root, "cache", "objects"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Refresh_FoundBeforeItWentBack_IsNotLost()
    {
        await using (var cache = await OpenAsync())
        {
            var found = await StoreAsync(cache, "/a");
            cache.GoBack(0);
            Assert.True(cache.Refresh(found, found.Metadata with { Tags = ["fresh"] }, cache.Fence));
            Assert.Equal(["fresh"], Find(cache, "/a")!.Metadata.Tags);
            Assert.Equal(["fresh"], found.Metadata.Tags);
        }

        await using var after = await OpenAsync();
        Assert.Equal(["fresh"], Find(after, "/a")!.Metadata.Tags);
    }

    [Fact]
    public async Task Expire_FoundBeforeItWentBack_IsNotLost()
    {
        await using (var cache = await OpenAsync())
        {
            var found = await StoreAsync(cache, "/a");
            cache.GoBack(0);
            ObjectCache.Expire(found);
            Assert.Equal(TimeSpan.Zero, Find(cache, "/a")!.Metadata.Freshness.Lifetime);
        }

        await using var after = await OpenAsync();
        Assert.Equal(TimeSpan.Zero, Find(after, "/a")!.Metadata.Freshness.Lifetime);
    }

    [Fact]
    public async Task Remove_FoundBeforeItWentBack_LeavesNothing()
    {
        await using (var cache = await OpenAsync())
        {
            var found = await StoreAsync(cache, "/a");
            cache.GoBack(0);
            ObjectCache.Remove(found);
            Assert.Null(Find(cache, "/a"));
            Assert.Equal((0, 0L), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Disk!.Value.Bytes));
            await Assert.ThrowsAsync<ObjectChangedException>(() => ReadAsync(found));
        }

        await using var after = await OpenAsync();
        Assert.Null(Find(after, "/a"));
    }

    [Theory]
    [InlineData(PurgeKind.Url, "/a/1")]
    [InlineData(PurgeKind.Prefix, "/a/")]
    [InlineData(PurgeKind.Tag, "tag of /a/1")]
    [InlineData(PurgeKind.Source, "/a/1")]
    public async Task Purge_GoneBack_IsCompleteAndLasts(PurgeKind kind, string value)
    {
        foreach (var soft in new[] { true, false })
        {
            await using (var cache = await OpenAsync())
            {
                await StoreAsync(cache, "/a/1");
                await StoreAsync(cache, "/b");
                Assert.Equal(2, cache.GoBack(0));
                var receipt = await cache.PurgeAsync(new PurgeRequest(kind, value, Soft: soft), Cancellation);
                Assert.Equal((1, (long)Length), (receipt.Objects, receipt.DiskBytes));
                AssertPurged(cache, soft);
            }

            await using var after = await OpenAsync();
            AssertPurged(after, soft);
        }

        static void AssertPurged(ObjectCache cache, bool soft)
        {
            Assert.Equal(soft ? (TimeSpan?)TimeSpan.Zero : null, Find(cache, "/a/1")?.Metadata.Freshness.Lifetime);
            Assert.Equal(TimeSpan.FromHours(1), Find(cache, "/b")!.Metadata.Freshness.Lifetime);
        }
    }

    [Fact]
    public async Task Purge_ReadsWhatChangedSinceItWasARow()
    {
        await using var cache = await OpenAsync();
        var found = await StoreAsync(cache, "/a");
        cache.GoBack(0);
        var scanned = cache.Disk!.Scan(static _ => true).Single();
        cache.Refresh(found, found.Metadata with { Tags = ["later"] }, cache.Fence);
        await cache.Disk.FlushAsync();
        Assert.Equal(1, cache.GoBack(0));
        Assert.Equal(["later"], cache.Disk.Keep(scanned)!.Metadata.Tags);
    }

    [Fact]
    public async Task Publish_OfAnotherVersion_ReplacesWhatWentBack()
    {
        await using (var cache = await OpenAsync())
        {
            await StoreAsync(cache, "/a", 1);
            var added = Begin(cache, "/a", 2);
            Assert.Equal(1, cache.GoBack(0));
            cache.Publish(added, cache.Fence);
            await FinishAsync(cache, added);
            Assert.Equal(TagOf(2), Find(cache, "/a")!.Metadata.Version.ETag);
            Assert.Equal(1, cache.GetStatistics().Disk!.Value.Objects);
            ObjectCache.Remove(added);
            Assert.Null(Find(cache, "/a"));
        }

        await using var after = await OpenAsync();
        Assert.Null(Find(after, "/a"));
    }

    [Fact]
    public async Task FindStored_SomeSelectionsGoneBack_FindsAll()
    {
        await using var cache = await OpenAsync();
        var german = await StoreAsync(cache, "/a", 1, "de");
        await StoreAsync(cache, "/a", 1, "en");
        Assert.True(german.TryHold());
        Assert.Equal(1, cache.GoBack(0));
        Assert.Same(german, Assert.Single(cache.Scope("s").Find("/a")!.Objects));
        Assert.Same(german, Find(cache, "/a", "de"));
        Assert.Equal(Body("/a", 1, "en"), await ReadAsync(Find(cache, "/a", "en")!));
        // One more comes while the others are rows: they stay.
        german.Release();
        Assert.Equal(2, cache.GoBack(0));
        await StoreAsync(cache, "/a", 1, "fr");
        Assert.Equal(3, cache.Scope("s").FindStored("/a").Length);
        // One for all takes the place of all, wherever they are.
        Assert.Equal(3, cache.GoBack(0));
        var one = await StoreAsync(cache, "/a", 2);
        Assert.Same(one, Assert.Single(cache.Scope("s").FindStored("/a")));
        Assert.Equal(1, cache.GetStatistics().Disk!.Value.Objects);
    }

    [Fact]
    public async Task Evict_GoneBack_KeepsItsPlaceAndWhatItEarned()
    {
        await using var cache = await OpenAsync(disk: Disk(10 * Length));
        for (var i = 0; i < 10; i++) await StoreAsync(cache, $"/{i}");
        for (var i = 0; i < 3; i++) ObjectCache.NoteUse(Find(cache, "/0")!);
        Assert.Equal(10, cache.GoBack(0));
        for (var i = 0; i < 3; i++) await StoreAsync(cache, $"/new/{i}");
        Assert.Equal(10 * Length, cache.GetStatistics().Disk!.Value.Bytes);
        Assert.Equal([0, 4, 5, 6, 7, 8, 9], Enumerable.Range(0, 10).Where(i => Find(cache, $"/{i}") is not null));
        Assert.Equal(Body("/0", 1), await ReadAsync(Find(cache, "/0")!));
    }

    [Fact]
    public async Task GoBack_ThoseUsedLongestAgo_GoFirstAndTellWhenThatWas()
    {
        await using (var cache = await OpenAsync())
        {
            for (var i = 0; i < 4; i++)
            {
                await StoreAsync(cache, $"/{i}");
                Time.Advance(TimeSpan.FromSeconds(10));
            }

            ObjectCache.NoteUse(Find(cache, "/0")!);
            Assert.Equal(2, cache.GoBack(2));
            Assert.Equal([0, 3], Enumerable.Range(0, 4).Where(i => cache.Scope("s").Find($"/{i}") is not null));
            Time.Advance(TimeSpan.FromSeconds(10));
            ObjectCache.NoteUse(Find(cache, "/1")!);
            Assert.Equal(3, cache.GoBack(0));
        }

        // The order in which the index would have them evicted.
        await using var tier = DiskTier.Open(Disk(), Time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        List<string> order = [];
        await tier.LoadAsync(stored => order.Add(stored.Key), Cancellation);
        Assert.Equal(["s /2", "s /3", "s /0", "s /1"], order);
    }

    [Fact]
    public async Task Store_Many_LetsGoOfThoseAboveTheBound()
    {
        const int bound = 64, count = 600;
        await using var cache = await OpenAsync(inUse: bound);
        var scope = cache.Scope("s");
        for (var i = 0; i < count; i++) await StoreAsync(cache, $"/{i}", flush: i % 8 == 7);
        Assert.True(SpinWait.SpinUntil(() => scope.Slots.Count() <= bound + 8, TimeSpan.FromSeconds(60)));
        Assert.Equal((count, count), (cache.GetStatistics().Objects, cache.GetStatistics().Disk!.Value.Objects));
        // Coming into use counts as much as being stored.
        for (var i = 0; i < count; i++) Assert.Equal(Body($"/{i}", 1), await ReadAsync(Find(cache, $"/{i}")!));
        Assert.True(SpinWait.SpinUntil(() => scope.Slots.Count() <= bound, TimeSpan.FromSeconds(60)));
    }
}
