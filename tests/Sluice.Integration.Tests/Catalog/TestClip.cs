using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>Test pictures with a tone (row U115), made by ffmpeg once for each kind.</summary>
internal static class TestClip
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly SemaphoreSlim Making = new(1);

    static TestClip() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => Folder.Dispose();

    /// <summary>A file of that size and length.</summary>
    public static async Task<string> MakeAsync(int width, int height, int seconds, bool sound = true, int rate = 30)
    {
        var file = Path.Combine(Folder.Path, $"{width}x{height}-{seconds}-{rate}{(sound ? "" : "-mute")}.mp4");
        await Making.WaitAsync();
        try
        {
            if (File.Exists(file)) return file;
            string[] tone = sound ? ["-f", "lavfi", "-i", $"sine=frequency=440:duration={seconds}", "-c:a", "aac"] : [];
            await RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", $"testsrc=size={width}x{height}:rate={rate}:duration={seconds}", .. tone, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", file]);
            return file;
        }
        finally
        {
            Making.Release();
        }
    }

    /// <summary>One picture, shown for a moment, and a tone that goes on: what a song with a cover becomes where nobody said for how long it is shown.</summary>
    public static async Task<string> MakeCoverAsync(double shown, int seconds)
    {
        var file = Path.Combine(Folder.Path, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cover-{shown}-{seconds}.mp4"));
        await RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"testsrc=size=320x240:rate=25:duration={shown}"),
            .. seconds > 0 ? (string[])["-f", "lavfi", "-i", $"sine=frequency=440:duration={seconds}", "-c:a", "aac"] : [], "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", file]);
        return file;
    }

    /// <summary>A file made by these arguments.</summary>
    public static async Task<string> MakeOfAsync(string name, params string[] arguments)
    {
        var file = Path.Combine(Folder.Path, name);
        await RunAsync("ffmpeg", ["-v", "error", "-y", .. arguments, file]);
        return file;
    }

    /// <summary>What ffprobe says of a file or URL.</summary>
    public static Task<string> ProbeAsync(string input, params string[] arguments) => RunAsync("ffprobe", ["-v", "error", "-of", "csv=p=0", .. arguments, input]);

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var ran = await Tool.RunAsync(program, arguments);
        return ran.ExitCode == 0 ? ran.Output.Trim() : throw new InvalidOperationException($"{program}: {ran}");
    }
}
