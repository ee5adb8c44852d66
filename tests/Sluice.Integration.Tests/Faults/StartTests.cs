using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>DESIGN 12 and 13: what cannot work does not start, says why on stderr and what to do, and shows no stack trace.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Serve_MissingFolder_NamesItAndDoesNotStart()
    {
        var missing = Path.Combine(_folder.Path, "no-such-folder");

        var result = await ServeAsync(missing);

        AssertRefused(result, missing);
    }

    [Fact]
    public async Task Serve_AFileAsOrigin_NamesItAndDoesNotStart()
    {
        var file = _folder.Write("clip.mp4", "not a folder");

        AssertRefused(await ServeAsync(file), file);
    }

    [Fact]
    public async Task Serve_LittleMoreMemoryThanTheTierMayTake_SaysWhatToDo()
    {
        // As in a container with a limit, which the runtime reads the same way.
        var little = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x10000000" };
        await using var byDefault = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = _folder.Path, Environment = little });
        await using var raised = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = _folder.Path, Environment = little, Arguments = ["--memory", "256MiB"] });

        Assert.DoesNotContain("the memory tier", byDefault.Log, StringComparison.Ordinal);
        Assert.True(await raised.SaysAsync("the memory tier may take 256 MiB of 256 MiB, and the system ends"), raised.Log);
    }

    // The runtime calls it "Out of memory.", or a library that could not be found.
    [Fact]
    public async Task Serve_TooFewFiles_SaysSo()
    {
        var error = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = _folder.Path, OpenFiles = 64 }));

        Assert.Contains("this process may have 64 files open, and takes 256", error.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--edge")]
    [InlineData("--api")]
    public async Task Serve_PortInUse_NamesThePortAndEnds(string flag)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await ServeAsync(_folder.Path, flag, $"127.0.0.1:{port}");

        AssertRefused(result, port.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--memroy", "64MB")]
    public async Task Serve_UnknownFlag_NamesItAndDoesNotStart(params string[] flags)
    {
        AssertRefused(await ServeAsync(_folder.Path, flags), flags[0]);
    }

    [Fact]
    public async Task Program_UnknownCommand_NamesIt()
    {
        var result = await SluiceProgram.RunAsync("sevre");

        AssertRefused(result, "sevre");
    }

    [Fact]
    public async Task Serve_SeveralWrongFlags_ListsThemAllAtOnce()
    {
        var result = await SluiceProgram.RunAsync("serve", _folder.Path, "--memory", "lots", "--disk", "10XB", "--edge", "nowhere:99999");

        AssertRefused(result, "lots", "10XB", "nowhere:99999");
    }

    [Fact]
    public async Task Serve_ConfigFileWithSeveralErrors_ListsThemAllAtOnce()
    {
        var file = _folder.Write("sluice.json", """
            {
              "edge": { "listen": "nowhere" },
              "cache": { "memory": "lots", "disks": "1GB", "chunkSize": "1000" },
              "routes": [ { "pattern": "no-slash", "origins": [ "gopher://x" ] } ],
              "colour": "blue"
            }
            """);

        var result = await SluiceProgram.RunAsync("serve", "--config", file);

        AssertRefused(result, "nowhere", "lots", "disks", "chunkSize", "no-slash", "gopher", "colour", "sluice.json:4");
    }

    [Fact]
    public async Task Serve_ConfigFileThatIsNotJson_NamesFileAndLine()
    {
        var file = _folder.Write("sluice.json", "{\n  \"edge\": {\n    \"listen\": \n}");

        var result = await SluiceProgram.RunAsync("serve", "--config", file);

        AssertRefused(result, "sluice.json:4");
    }

    [Fact]
    public async Task Serve_MissingConfigFile_NamesIt()
    {
        var file = Path.Combine(_folder.Path, "absent.json");

        AssertRefused(await SluiceProgram.RunAsync("serve", "--config", file), file);
    }

    [Fact]
    public async Task Serve_NoOriginAnywhere_SaysWhatToGive()
    {
        var result = await SluiceProgram.RunAsync("serve", "--cache-dir", _folder.FileOf("cache"));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("origin", result.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Serve_CacheDirectoryThatCannotBeMade_NamesIt()
    {
        var directory = Path.Combine(_folder.Write("file", "in the way"), "cache");

        var result = await SluiceProgram.RunAsync(Serve(_folder.Path, directory));

        AssertRefused(result, directory);
    }

    [Fact]
    public async Task Serve_ReadOnlyCacheDirectory_NamesIt()
    {
        using var mount = Require.Tmpfs("size=1m,ro");

        var result = await SluiceProgram.RunAsync(Serve(_folder.Path, mount.Path));

        AssertRefused(result, mount.Path);
    }

    [Fact]
    public async Task Serve_CacheDirectoryOfARunningServer_IsRefused()
    {
        await using var running = await SluiceProcess.StartAsync(_folder.Path);

        var result = await SluiceProgram.RunAsync(Serve(_folder.Path, running.CacheDirectory));

        AssertRefused(result, running.CacheDirectory);
        Assert.Equal(404, (await running.Edge.AskAsync("/none")).Status);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    public async Task Serve_ApiBeyondLoopbackWithoutToken_RefusesToStart(string address)
    {
        var result = await ServeAsync(_folder.Path, "--api", $"{address}:{FreePorts.Next()}");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("token", result.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("serve", "--help")]
    [InlineData("purge", "--help")]
    [InlineData("--version")]
    public async Task Program_AskedForHelp_AnswersOnStdoutWithSuccess(params string[] arguments)
    {
        var result = await SluiceProgram.RunAsync(arguments);

        Assert.True(result.ExitCode == 0 && result.Output.Length > 0 && result.Errors.Length == 0, result.ToString());
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("purge", "--url", "/a")]
    [InlineData("explain", "/a")]
    public async Task Command_NoServerThere_SaysSoInOneLine(params string[] command)
    {
        var result = await SluiceProgram.RunAsync([.. command, "--api", $"http://127.0.0.1:{FreePorts.Next()}"]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("   at ", result.All, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
    }

    /// <summary>Flags given here stand in for those of the same name that keep a test off others' ports.</summary>
    private Task<CommandResult> ServeAsync(string origin, params string[] flags) =>
        SluiceProgram.RunAsync(Serve(origin, _folder.FileOf("cache/x"), flags));

    private static string[] Serve(string origin, string cacheDirectory, params string[] flags)
    {
        string[][] usual = [["--edge", $"127.0.0.1:{FreePorts.Next()}"], ["--api", $"127.0.0.1:{FreePorts.Next()}"]];
        return ["serve", origin, "--cache-dir", cacheDirectory, .. usual.Where(pair => !flags.Contains(pair[0])).SelectMany(pair => pair), .. flags];
    }

    private static void AssertRefused(CommandResult result, params string[] named)
    {
        Assert.True(result.ExitCode is > 0 and < 128, result.ToString());
        Assert.All(named, name => Assert.Contains(name, result.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.All, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", result.All, StringComparison.Ordinal);
    }
}
