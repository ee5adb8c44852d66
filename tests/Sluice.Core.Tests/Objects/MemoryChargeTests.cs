using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

/// <summary>The memory tier counts what is known of its objects: with many small ones that is more than their bytes.</summary>
public sealed class MemoryChargeTests : GoingBackTestBase
{
    private const long Capacity = 1 << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Memory_OfManySmallObjects_HoldsNoMoreThanWhatIsKnownOfThemAllows(bool onDisk)
    {
        await using var cache = onDisk ? await OpenAsync(memory: Capacity) : ObjectCache.Open(new() { MemoryBytes = Capacity }, Time, NullLoggerFactory.Instance);
        const int count = 400;
        for (var i = 0; i < count; i++) await StoreAsync(cache, $"/{i}", flush: false);
        var inMemory = cache.Scope("s").Slots.Sum(slot => slot.Value.Objects.Count(held => held.MemoryBytes == Length));
        Assert.InRange(inMemory, 1, Capacity / (Length + CachedObject.Bookkeeping));
        Assert.InRange(cache.GetStatistics().MemoryBytes, inMemory * (long)(Length + CachedObject.Bookkeeping), Capacity);
        // On disk all of them are, without counting here; without one, those that have left memory are gone.
        if (onDisk) Assert.Equal(count, cache.GetStatistics().Objects);
        else Assert.InRange(cache.GetStatistics().Objects, inMemory, Capacity / CachedObject.Bookkeeping);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_GivesTheMemoryBackAndKeepsWhatIsOnDisk(bool onDisk)
    {
        var cache = onDisk ? await OpenAsync(memory: Capacity) : ObjectCache.Open(new() { MemoryBytes = Capacity }, Time, NullLoggerFactory.Instance);
        for (var i = 0; i < 5; i++) await StoreAsync(cache, $"/{i}", flush: onDisk);
        Assert.True(cache.Memory.AllocatedBytes > 0);
        await cache.DisposeAsync();
        Assert.Equal((0L, 0L, 0), (cache.Memory.AllocatedBytes, cache.Memory.IdleBytes, cache.Memory.Count));
        if (!onDisk) return;
        await using var again = await OpenAsync(memory: Capacity);
        Assert.Equal(5, again.GetStatistics().Objects);
    }

    // Whoever asks for what is not there chooses its name, and eight thousand characters of it are allowed.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Memory_OfObjectsWithLongNames_CountsTheNames(bool onDisk)
    {
        const int name = 8000;
        await using var cache = onDisk ? await OpenAsync(memory: Capacity) : ObjectCache.Open(new() { MemoryBytes = Capacity }, Time, NullLoggerFactory.Instance);
        for (var i = 0; i < 100; i++) await StoreAsync(cache, $"/{i}".PadRight(name, 'y'), flush: false);

        var inMemory = cache.Scope("s").Slots.Sum(slot => slot.Value.Objects.Count(held => held.MemoryBytes == Length));

        Assert.InRange(inMemory, 1, Capacity / (2 * name));
    }

    // However many there are of them: nothing would ever take them out again.
    [Theory]
    [InlineData(0L, false)]
    [InlineData(0L, true)]
    [InlineData(16L << 10, false)]
    [InlineData(16L << 10, true)]
    public async Task Objects_NoTierHasRoomFor_AreBounded(long memory, bool isEmpty)
    {
        var bound = (int)((memory > 0 ? memory : ObjectCache.HeadBytes) / CachedObject.Bookkeeping);
        await using var cache = await OpenAsync(memory, Disk() with { AvailableBytes = () => 0, MinimumFreeBytes = 1 });
        for (var i = 0; i < bound + 50; i++)
            if (isEmpty) cache.Store(cache.Scope("s"), $"/{i}", MetadataOf($"/{i}", 1) with { Version = new ObjectVersion(null, null, 0) }, cache.Fence);
            else await StoreAsync(cache, $"/{i}", flush: false);

        Assert.InRange(cache.GetStatistics().Objects, 0, bound);
    }

    // As HEAD of what is there, under any number of names.
    [Fact]
    public async Task Objects_WithoutBytes_AreBoundedWithoutAMemoryTier()
    {
        await using var cache = await OpenAsync();
        for (var i = 0; i < 3000; i++) cache.Store(cache.Scope("s"), $"/{i}", MetadataOf($"/{i}", 1), cache.Fence);
        Assert.InRange(cache.GetStatistics().Objects, 1, (int)(ObjectCache.HeadBytes / CachedObject.Bookkeeping));
        Assert.NotNull(Find(cache, "/2999"));

        var whole = await StoreAsync(cache, "/whole");
        for (var i = 3000; i < 6000; i++) cache.Store(cache.Scope("s"), $"/{i}", MetadataOf($"/{i}", 1), cache.Fence);
        Assert.Same(whole, Find(cache, "/whole"));
    }

    [Fact]
    public async Task Memory_OfWhatIsOnDisk_CountsNoHead()
    {
        await using var cache = await OpenAsync(memory: Capacity);
        var stored = await StoreAsync(cache, "/a");
        // Two chunks, the first of which pays.
        Assert.True(SpinWait.SpinUntil(() => cache.GetStatistics().MemoryBytes == Length + CachedObject.Bookkeeping + (2 * 128), TimeSpan.FromSeconds(60)));
        ObjectCache.Remove(stored);
        Assert.Equal(0, cache.GetStatistics().MemoryBytes);
    }
}
