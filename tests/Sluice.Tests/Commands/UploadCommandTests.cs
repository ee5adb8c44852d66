using System.Diagnostics;
using Sluice.Commands;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Commands;

/// <summary>What is no upload is said before anybody is asked to take it.</summary>
public sealed class UploadCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    // Without --wait it ended with 0, and the video was FAILED.
    [Fact]
    public async Task Upload_AnEmptyFile_IsRefused()
    {
        var path = folder.Write("a.mp4", "");

        Assert.Equal((ExitCode.Usage, "", $"sluice: {path} is empty\n"), await UploadAsync(path));
    }

    // It ended the program with a stack trace, and left a video that waited for its file.
    [Fact]
    public async Task Upload_APipe_IsRefused()
    {
        var pipe = folder.FileOf("pipe");
        using (var make = Process.Start("mkfifo", pipe)) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var writer = Process.Start("sh", ["-c", "exec 2> /dev/null; echo whole > \"$0\"", pipe]);

        var (code, _, said) = await UploadAsync(pipe);

        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((ExitCode.Usage, $"sluice: {pipe} is a pipe, whose length is not known and which cannot be read again: write it to a file first\n"), (code, said));
    }

    public void Dispose() => folder.Dispose();

    // Nobody listens there: who asks first ends with another code.
    private static Task<(int Code, string Out, string Error)> UploadAsync(string path) => CommandLine.RunAsync(["upload", path, "--api", "http://127.0.0.1:1"]);
}
