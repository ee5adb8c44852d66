using System.Text;
using Sluice.Core.Processes;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Processes;

public class ToolProcessTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Output_OfAProgram_ArrivesByteByByteAsWritten()
    {
        await using var tool = Shell("printf 'a\\000b'");
        Assert.Equal("a\0b", await ReadAsync(tool));
        Assert.True((await tool.Exited).IsSuccess);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("$(id)")]
    [InlineData("'; id #")]
    [InlineData("ü\n*")]
    public async Task Argument_WithWhatAShellWouldRead_ArrivesAsItIs(string argument)
    {
        await using var tool = ToolProcess.Start(new ToolCommand("/usr/bin/printf", ["%s", argument]), time);
        Assert.Equal(argument, await ReadAsync(tool));
    }

    [Fact]
    public async Task Environment_HoldsOnlyWhatIsGiven()
    {
        await using var tool = ToolProcess.Start(
            new ToolCommand("/usr/bin/env", []) { Environment = new Dictionary<string, string> { ["GIVEN"] = "1" } }, time);
        Assert.Equal("GIVEN=1\n", await ReadAsync(tool));
    }

    [Fact]
    public async Task StandardInput_IsAtItsEnd()
    {
        await using var tool = ToolProcess.Start(new ToolCommand("/bin/cat", []), time);
        Assert.Equal("", await ReadAsync(tool));
    }

    [Fact]
    public async Task Exit_WithFailure_TellsCodeAndLastWords()
    {
        await using var tool = Shell("echo first >&2; echo last >&2; exit 3");
        var exit = await tool.Exited;
        Assert.Equal(new ToolExit(ToolEnd.Exited, 3, "first\nlast"), exit);
        Assert.Equal("last", exit.LastLine);
    }

    [Theory]
    [InlineData("Invalid data\n    Last message repeated 1 times\n", "Invalid data")]
    [InlineData("Last message repeated 3 times", "")]
    public void LastLine_OfWhatFfmpegSaidTwice_IsWhatItSaid(string said, string expected) => Assert.Equal(expected, new ToolExit(ToolEnd.Exited, 69, said).LastLine);

    // Of a source that is no media ffmpeg 7 ends with 183, and the viewer was told that it took too much memory.
    [Theory]
    [InlineData(137, ToolEnd.Signalled)]
    [InlineData(159, ToolEnd.Signalled)]
    [InlineData(183, ToolEnd.Exited)]
    public async Task Exited_WithAHighCode_IsASignalOnlyWhereThereIsSuchASignal(int code, ToolEnd expected)
    {
        await using var tool = Shell($"exit {code}");
        Assert.Equal(new ToolExit(expected, code, ""), await tool.Exited);
    }

    [Fact]
    public async Task StandardError_LongerThanWhatIsKept_KeepsItsEndInWholeLines()
    {
        await using var tool = Shell("i=0; while [ $i -lt 9000 ]; do echo line $i >&2; i=$((i+1)); done");
        var error = (await tool.Exited).Error;
        Assert.InRange(Encoding.UTF8.GetByteCount(error), 7000, 8192);
        Assert.Matches("^line \\d{4}\n", error);
        Assert.EndsWith("line 8999", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_WhenUp_KillsIt()
    {
        await using var tool = Shell("echo ready; exec sleep 1000", new ToolLimits { Time = TimeSpan.FromSeconds(5) });
        await ReadLineAsync(tool);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(tool.Exited.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(ToolEnd.TimedOut, (await tool.Exited).End);
    }

    [Fact]
    public async Task Kill_EndsWhatItStartedToo()
    {
        await using var tool = Shell("sleep 1000 & echo $!; wait");
        var child = int.Parse(await ReadLineAsync(tool), System.Globalization.CultureInfo.InvariantCulture);
        tool.Kill();
        Assert.Equal(ToolEnd.Killed, (await tool.Exited).End);
        // The signal takes its time, and its new parent reaps it when it gets to it: until then it is a zombie, which runs no more.
        var isGone = () => !Directory.Exists($"/proc/{child}") || State(child) is 'Z' or 'X';
        Assert.True(await Eventually.HoldsAsync(isGone, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Dispose_OfARunningOne_EndsIt()
    {
        var tool = Shell("exec sleep 1000");
        await tool.DisposeAsync();
        Assert.Equal(ToolEnd.Killed, (await tool.Exited).End);
    }

    [Fact]
    public async Task FileSize_BeyondItsBound_EndsIt()
    {
        using var folder = new Sluice.TestKit.Processes.TemporaryFolder();
        // The bound is set when the process runs already.
        await using var tool = Shell(
            $"until grep -q 'Max file size *131072 ' /proc/$$/limits; do :; done; exec dd if=/dev/zero of={folder.Path}/big bs=64K count=100", new() { FileBytes = 128 << 10 });
        Assert.False((await tool.Exited).IsSuccess);
        Assert.Equal(128 << 10, new FileInfo($"{folder.Path}/big").Length);
    }

    [Fact]
    public async Task Limits_AreWhatTheKernelHoldsItTo()
    {
        await using var tool = Shell(
            "echo ready; exec sleep 1000", new() { MemoryBytes = 300 << 20, ProcessorTime = TimeSpan.FromSeconds(7.5), FileBytes = 4096 });
        await ReadLineAsync(tool);
        var limits = File.ReadAllLines($"/proc/{tool.Id}/limits");
        Assert.Contains(limits, line => line.StartsWith("Max data size", StringComparison.Ordinal) && line.Contains(" 314572800 ", StringComparison.Ordinal));
        Assert.Contains(limits, line => line.StartsWith("Max cpu time", StringComparison.Ordinal) && line.Contains(" 8 ", StringComparison.Ordinal));
        Assert.Contains(limits, line => line.StartsWith("Max file size", StringComparison.Ordinal) && line.Contains(" 4096 ", StringComparison.Ordinal));
        Assert.Contains(limits, line => line.StartsWith("Max core file size", StringComparison.Ordinal) && line.Contains(" 0 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Start_OfWhatIsNotThere_SaysWhatIsMissing()
    {
        var failure = Assert.Throws<IOException>(() => ToolProcess.Start(new ToolCommand("/nowhere/tool", []), time));
        Assert.Equal("/nowhere/tool cannot be started: No such file or directory.", failure.Message);
    }

    [Fact]
    public void Start_OfANameWithoutAPath_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ToolProcess.Start(new ToolCommand("sh", []), time));

    [Fact]
    public void Find_LooksInTheFoldersOfPath()
    {
        Assert.Equal("/bin/sh", ToolCommand.Find("sh", "/nowhere:relative:/bin"));
        Assert.Null(ToolCommand.Find("sh", "/nowhere"));
        Assert.Null(ToolCommand.Find("passwd", "/etc"));
    }

    private ToolProcess Shell(string script, ToolLimits? limits = null) =>
        ToolProcess.Start(new ToolCommand("/bin/sh", ["-c", script]) { Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, Limits = limits ?? new() }, time);

    private static async Task<string> ReadAsync(ToolProcess tool) => await new StreamReader(tool.Output).ReadToEndAsync(TestContext.Current.CancellationToken);

    private static async Task<string> ReadLineAsync(ToolProcess tool) => (await new StreamReader(tool.Output).ReadLineAsync(TestContext.Current.CancellationToken))!;

    private static char State(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[1][0];
        }
        catch (IOException)
        {
            return 'X';
        }
    }
}
