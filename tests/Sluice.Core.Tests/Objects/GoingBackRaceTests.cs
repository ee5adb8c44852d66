using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Core.Tests.Objects;

/// <summary>Objects that go back all the time while others use them, store, purge and evict.</summary>
public sealed class GoingBackRaceTests : GoingBackTestBase
{
    private const int Targets = 20;

    [Fact]
    public async Task Find_WhileAllGoBack_NeverFailsToGiveEveryByte()
    {
        await using var cache = await OpenAsync();
        for (var i = 0; i < Targets; i++)
        {
            await StoreAsync(cache, $"/{i}", 1, "de");
            await StoreAsync(cache, $"/{i}", 1, "en");
        }

        await WithAsync(cache, async (thread, went) =>
        {
            var random = new Random(thread);
            // However the threads take turns, there are some that went back in between.
            for (var i = 0; i < 1000 || (went() < 100 && i < 1_000_000); i++)
            {
                var (target, language) = ("/" + random.Next(Targets), random.Next(2) == 0 ? "de" : "en");
                // As a request does: what one look has missed because it was just going back, the next finds.
                var found = Find(cache, target, language) ?? Find(cache, target, language);
                Assert.NotNull(found);
                Assert.Equal(Body(target, 1, language), await ReadAsync(found));
                if (i % 10 == 0) Assert.True(cache.Refresh(found, found.Metadata with { Tags = [] }, cache.Fence), "refreshed");
            }

            Assert.InRange(went(), 100, int.MaxValue);
        });
        Assert.Equal((2 * Targets, 2L * Targets * Length), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Disk!.Value.Bytes));
        await cache.Disk!.FlushAsync();
        Assert.Equal(cache.Scope("s").Slots.Sum(slot => slot.Value.Objects.Length), cache.GoBack(0));
        Assert.Equal((2 * Targets, 0), (cache.Disk.RowCount, cache.Scope("s").Slots.Count()));
    }

    [Fact]
    public async Task Find_EvictedBeforeItCouldBeUsed_LeavesNoRow()
    {
        await using var cache = await OpenAsync();
        await StoreAsync(cache, "/a");
        Assert.Equal(1, cache.GoBack(0));

        var found = Assert.Single(cache.Disk!.Find(cache.Scope("s").KeyOf("/a")));
        cache.Disk.Remove(found);
        cache.Adopt(found);

        Assert.Equal((0, 0), (cache.GetStatistics().Objects, cache.Disk.RowCount));
    }

    [Fact]
    public async Task Purge_WhileAllGoBack_LeavesNothingStale()
    {
        await using var cache = await OpenAsync();
        for (var i = 0; i < Targets; i++) await StoreAsync(cache, $"/{i}");
        await WithAsync(cache, async (thread, _) =>
        {
            var random = new Random(thread);
            // Each thread has targets of its own, so that it knows what must be found.
            for (var i = 0; i < 100; i++)
            {
                var number = (random.Next(Targets / 2) * 2) + thread;
                var target = $"/{number}";
                var version = (i * 2) + thread + 2;
                await StoreAsync(cache, target, version);
                Assert.Equal(TagOf(version), (Find(cache, target) ?? Find(cache, target))!.Metadata.Version.ETag);
                if (i % 3 == 0) continue;
                var kind = (PurgeKind)(i % 2 == 0 ? (int)PurgeKind.Url : (int)PurgeKind.Tag);
                await cache.PurgeAsync(new PurgeRequest(kind, kind == PurgeKind.Url ? target : "tag of " + target), Cancellation);
                Assert.Null(Find(cache, target));
            }
        });
        await cache.Disk!.FlushAsync();
        var left = Enumerable.Range(0, Targets).Count(i => Find(cache, $"/{i}") is not null);
        Assert.Equal((left, (long)left * Length), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Disk!.Value.Bytes));
        Assert.Equal(left, Directory.GetFiles(Path.Combine(Root, "cache", "objects"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Evict_WhileAllGoBack_CountsEachByteOnce()
    {
        const int bound = 12 * Length;
        var before = 0;
        await using (var cache = await OpenAsync(disk: Disk(bound)))
        {
            await WithAsync(cache, async (thread, _) =>
            {
                for (var i = 0; i < 150; i++)
                {
                    var target = $"/{thread}/{i % Targets}";
                    if (Find(cache, target) is { } found) ObjectCache.NoteUse(found);
                    else await StoreAsync(cache, target);
                    Assert.InRange(cache.GetStatistics().Disk!.Value.Bytes, 0, bound);
                }
            });
            await cache.Disk!.FlushAsync();
            before = cache.GetStatistics().Disk!.Value.Objects;
            Assert.Equal(before, Directory.GetFiles(Path.Combine(Root, "cache", "objects"), "*", SearchOption.AllDirectories).Length);
            Assert.Equal((long)before * Length, cache.GetStatistics().Disk!.Value.Bytes);
        }

        await using var after = await OpenAsync(disk: Disk(bound));
        Assert.Equal((before, (long)before * Length), (after.GetStatistics().Disk!.Value.Objects, after.GetStatistics().Disk!.Value.Bytes));
        for (var i = 0; i < 2 * Targets; i++)
        {
            var target = $"/{i % 2}/{i / 2}";
            if (Find(after, target) is { } found) Assert.Equal(Body(target, 1), await ReadAsync(found));
        }
    }

    /// <summary>Two at work, and a thread of its own that lets everything go back until they are done; they are told how many have gone.</summary>
    private static async Task WithAsync(ObjectCache cache, Func<int, Func<int>, Task> work)
    {
        var (went, done) = (0, false);
        var letting = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    cache.Disk!.FlushAsync().GetAwaiter().GetResult();
                    Interlocked.Add(ref went, cache.GoBack(0));
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await Task.WhenAll(Task.Run(() => work(0, () => Volatile.Read(ref went))), Task.Run(() => work(1, () => Volatile.Read(ref went))));
        }
        finally
        {
            Volatile.Write(ref done, true);
        }

        await letting;
    }
}
