using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Tree;

/// <summary>The script that builds and runs the program.</summary>
public sealed class ScriptTests
{
    // The SDK's own words are of properties, of numbers of files, or of a folder of another name that it made.
    [Theory]
    [InlineData("Bob's media")]
    [InlineData("media, new")]
    [InlineData("a;b")]
    [InlineData("100%41")]
    public async Task Folder_ThatMsBuildCannotBuildIn_IsNamed(string name)
    {
        using var folder = new TemporaryFolder();
        var root = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        File.Copy(Repository.Absolute("sluice"), Path.Combine(root, "sluice"));
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(root, "sluice"), "version"]) { RedirectStandardError = true })!;
        var said = await script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1, $"sluice: the .NET SDK cannot build in a folder with ' , ; or % in its name: move {root} elsewhere\n"), (script.ExitCode, said));
    }
}
