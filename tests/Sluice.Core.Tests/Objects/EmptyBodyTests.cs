namespace Sluice.Core.Tests.Objects;

/// <summary>No byte of an empty body is ever written: that there is one is told the disk once its length is known.</summary>
public sealed class EmptyBodyTests : GoingBackTestBase
{
    // Who hears that it is put out may, by what memory puts out for it, wait for the very one it is put out for.
    [Fact]
    public async Task End_ForWhichAnotherIsPutOutOfTheDisk_HoldsNothingMeanwhile()
    {
        await using var cache = await OpenAsync(memory: 8 << 20, Disk() with { MaximumObjects = 1 });
        await StoreAsync(cache, "/before");
        var known = MetadataOf("/a", 1);
        var stored = cache.Prepare(cache.Scope("s"), "/a", known with { Version = known.Version with { Length = null } });
        cache.Publish(stored, cache.Fence);
        var (tell, isFree) = (cache.Disk!.Evicted!, false);
        cache.Disk.Evicted = evicted =>
        {
            isFree = Task.Run(() => stored.IsFilling, Cancellation).Wait(TimeSpan.FromSeconds(10), Cancellation);
            tell(evicted);
        };

        stored.SetLength(0);

        Assert.True(isFree);
        Assert.Equal(1, cache.Disk.GetStatistics().Objects);
    }
}
