using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>Clips whose every second is known, made once and kept in artifacts/.</summary>
internal static class Clips
{
    /// <summary>The colour of each second of "colours.mp4", as red, green, blue.</summary>
    public static readonly (byte R, byte G, byte B)[] Colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (200, 30, 200), (30, 200, 200)];

    private static readonly string Folder = Path.Combine(SluiceProgram.Repository, "artifacts", "test-clips-1");
    private static readonly SemaphoreSlim Gate = new(1, 1);

    /// <summary>640x480, 8 s, 25 pictures a second, with sound, its index at its end.</summary>
    public static Task<string> SquareAsync() => MakeAsync("square.mp4",
        "-f", "lavfi", "-i", "testsrc2=s=640x480:r=25:d=8", "-f", "lavfi", "-i", "sine=440:d=8", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac");

    /// <summary>320x180, 6 s without sound, a colour a second.</summary>
    public static Task<string> ColoursAsync() => MakeAsync("colours.mp4",
        [
            .. Colours.SelectMany(colour => (string[])["-f", "lavfi", "-i", $"color=c=0x{colour.R:x2}{colour.G:x2}{colour.B:x2}:s=320x180:r=25:d=1"]),
            "-filter_complex", $"concat=n={Colours.Length}:v=1:a=0", "-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p",
        ]);

    /// <summary>1920x1080, 20 s: takes a while to make anything of.</summary>
    public static Task<string> LongAsync() => MakeAsync("long.mp4",
        "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=20", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "faststart");

    /// <summary>320x240, 2 s without sound: a white bar that moves, in two halves a picture, which are a fiftieth of a second apart.</summary>
    public static Task<string> InterlacedAsync() => MakeAsync("interlaced.mp4",
        "-f", "lavfi", "-i", "color=black:s=320x240:r=50:d=2[b];color=white:s=40x240:r=50:d=2[w];[b][w]overlay=x='mod(n*8,280)',interlace=scan=tff:lowpass=off", "-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p");

    /// <summary>How many pixels of a picture of 320x240 are unlike the one below them: upright edges have few of them, torn ones thousands.</summary>
    public static async Task<int> TornAsync(string file)
    {
        var pixels = await PixelsAsync(file, 320, 240);
        Assert.Equal(320 * 240 * 3, pixels.Length);
        return Enumerable.Range(0, 320 * 239).Count(at => Math.Abs(pixels[at * 3] - pixels[(at + 320) * 3]) > 100);
    }

    /// <summary>Makes a file once; answers its path.</summary>
    public static async Task<string> MakeAsync(string name, params string[] arguments)
    {
        await Gate.WaitAsync();
        try
        {
            var file = Path.Combine(Folder, name);
            if (File.Exists(file)) return file;
            Directory.CreateDirectory(Folder);
            var partial = Path.Combine(Folder, $"making-{Guid.NewGuid():n}{Path.GetExtension(name)}");
            var made = await Tool.RunAsync("ffmpeg", ["-v", "error", "-y", .. arguments, partial]);
            Assert.True(made.ExitCode == 0, made.All);
            File.Move(partial, file, overwrite: true);
            return file;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A file's pictures as raw RGB, scaled to one size.</summary>
    public static async Task<byte[]> PixelsAsync(string file, int width, int height)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Require.Command("ffmpeg"), ["-v", "error", "-i", file, "-vf", $"scale={width}:{height}:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]) { RedirectStandardOutput = true })!;
        using var pixels = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(pixels);
        await process.WaitForExitAsync();
        return pixels.ToArray();
    }
}
