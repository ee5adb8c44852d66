using System.Net.Http.Headers;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>The program in front of a folder of known clips, with an ffmpeg that counts its runs; shared by the tests of a class.</summary>
public sealed class VideoEdge : IAsyncLifetime
{
    private readonly TemporaryFolder tools = new();

    public TemporaryFolder Folder { get; } = new();

    public SluiceProcess Sluice { get; private set; } = null!;

    public HttpClient Edge => Sluice.Edge;

    /// <summary>How often ffmpeg was started to make something.</summary>
    public int Runs => Directory.GetDirectories(tools.Path, "run-*").Length;

    /// <summary>A PATH whose ffmpeg counts here.</summary>
    public string CountingPath => $"{CountingTools()}:{Environment.GetEnvironmentVariable("PATH")}";

    public async ValueTask InitializeAsync()
    {
        File.Copy(await Clips.SquareAsync(), Folder.FileOf("square.mp4"));
        File.Copy(await Clips.ColoursAsync(), Folder.FileOf("colours.mp4"));
        Sluice = await StartAsync(Folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (Sluice is not null) await Sluice.DisposeAsync();
        Folder.Dispose();
        tools.Dispose();
    }

    /// <summary>Another server in front of a folder, its runs counted here too.</summary>
    public Task<SluiceProcess> StartAsync(string folder, params string[] arguments) => SluiceProcess.StartAsync(new SluiceProcessOptions
    {
        Origin = folder,
        Arguments = arguments,
        Environment = new Dictionary<string, string> { ["PATH"] = CountingPath },
    });

    /// <summary>Asks for a variant and keeps it in a file.</summary>
    public async Task<(HttpResponseMessage Answer, string File)> GetAsync(string target, HttpClient? edge = null, string? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(target, UriKind.Relative));
        if (range is not null) request.Headers.Range = RangeHeaderValue.Parse(range);
        var answer = await (edge ?? Edge).SendAsync(request);
        var file = Path.Combine(tools.Path, Guid.NewGuid().ToString("n"));
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
        return (answer, file);
    }

    private string CountingTools()
    {
        // It may write no file, and so makes a folder.
        var wrapper = tools.Write("bin/ffmpeg", $"#!/bin/sh\ncase \"$1\" in -version|-filters) ;; *) /bin/mkdir {tools.Path}/run-$$;; esac\nexec {Require.Command("ffmpeg")} \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.GetDirectoryName(wrapper)!;
    }
}
