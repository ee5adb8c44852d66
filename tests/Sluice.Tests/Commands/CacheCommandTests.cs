using Sluice.TestKit.Processes;

namespace Sluice.Tests.Commands;

public sealed class CacheCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("ls")]
    [InlineData("clear")]
    [InlineData("rm", "s3://media/a")]
    public async Task Look_AtADirectoryWithoutACache_SaysSoAndMakesNone(params string[] command)
    {
        foreach (var directory in (string[])[folder.Path, folder.FileOf("typo")])
        {
            var (code, output, error) = await CommandLine.RunAsync(["cache", .. command, "--cache-dir", directory]);

            Assert.Equal((2, "", $"sluice: there is no download cache in {directory}; name the folder that sluice get was given by --cache-dir or CACHE_DIR\n"), (code, output, error));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    // Another program's, or one whose index was deleted: its files are taken in.
    [Fact]
    public async Task Look_AtFilesWithoutAnIndex_TakesThemIn()
    {
        folder.Write($"ab/ab{new string('0', 62)}", "x");

        var (code, _, error) = await CommandLine.RunAsync(["cache", "ls", "--cache-dir", folder.Path]);

        Assert.Equal((0, ""), (code, error));
        Assert.True(File.Exists(folder.FileOf("index.db")));
    }
}
