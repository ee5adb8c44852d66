using Sluice.TestKit.Processes;

namespace Sluice.Catalog.Jobs;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Make_AfterAKilledProcess_DeletesWhatThatLeftAndNothingThatIsInUse()
    {
        // Of a job that somebody else did since: nobody comes back to it.
        folder.Write("7-1-dead/out/segment_000.ts", "half");
        folder.Write("7-1-dead.lock", "");
        using var inUse = new ScratchFolder(folder.Path, "8-1-a");
        File.WriteAllText(Path.Combine(inUse.Path, "source.mp4"), "whole");

        var mine = new ScratchFolder(folder.Path, "8-2-b");

        Assert.Equal([inUse.Path, mine.Path], Directory.GetDirectories(folder.Path).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(inUse.Path, "source.mp4")));
        mine.Dispose();
        inUse.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
