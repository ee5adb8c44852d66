using Sluice.Core.Objects;

namespace Sluice.Core.Tests.Objects;

/// <summary>A disk that cannot be read, for a bad sector, a file system that went read-only, or want of open files, costs a miss.</summary>
public sealed class UnreadableChunkTests : GoingBackTestBase
{
    [Theory]
    [InlineData(0)]
    [InlineData(8 << 20)]
    public async Task Read_OfAChunkThatCannotBeRead_EndsAndAsksForItAnew(long memory)
    {
        await using (var first = await OpenAsync()) await StoreAsync(first, "/a");
        // Can be opened; what is read from its beginning on is an I/O error.
        var file = Assert.Single(Directory.GetFiles(Path.Combine(Root, "cache", "objects"), "*", SearchOption.AllDirectories));
        File.Delete(file);
        File.CreateSymbolicLink(file, "/proc/self/mem");
        await using var cache = await OpenAsync(memory);
        var stored = Find(cache, "/a")!;
        Assert.True(stored.Holds(0, Length));

        await Assert.ThrowsAsync<ObjectChangedException>(() => ReadAsync(stored).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));

        Assert.False(stored.Holds(0, Length));
        Assert.False(stored.Holds(0, Chunk));
    }

    [Fact]
    public async Task Read_OfACacheThatIsDisposed_Ends()
    {
        var cache = await OpenAsync();
        var stored = await StoreAsync(cache, "/a");
        await cache.DisposeAsync();

        await Assert.ThrowsAsync<ObjectChangedException>(() => ReadAsync(stored).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }
}
