using System.Diagnostics;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>Clips whose every second is known, made once and kept in artifacts/.</summary>
internal static class Clips
{
    /// <summary>The colour of each second of "colours.mp4", as red, green, blue.</summary>
    public static readonly (byte R, byte G, byte B)[] Colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (200, 30, 200), (30, 200, 200)];

    /// <summary>A colour that is another one where the matrix is mistaken.</summary>
    public static readonly (byte R, byte G, byte B) Skin = (190, 60, 50);

    private const string Bt709 = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv";

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

    /// <summary>320x180, 5 s without sound, its left half <see cref="Skin"/> and its right half as white as paper, in high dynamic range (ITU-R BT.2100) as it comes of telephones.</summary>
    /// <param name="transfer">arib-std-b67 (HLG) or smpte2084 (PQ).</param>
    public static Task<string> HdrAsync(string transfer) => MakeAsync($"{transfer}.mp4",
        "-f", "lavfi", "-i", $"color=c=0x{Skin.R:x2}{Skin.G:x2}{Skin.B:x2}:s=320x180:r=25:d=5,format=rgb24,drawbox=x=160:w=160:c=white:t=fill",
        "-vf", $"scale=out_color_matrix=bt709:out_range=tv,format=yuv444p,{Bt709},zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=2020,zscale=t={transfer}:m=2020_ncl:r=tv:npl=203,format=yuv420p10le",
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", $"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc");

    /// <summary>320x180, 5 s without sound, all of it <see cref="Skin"/>, in the colours of HD video.</summary>
    public static Task<string> HdAsync() => MakeAsync("hd.mp4",
        "-f", "lavfi", "-i", $"color=c=0x{Skin.R:x2}{Skin.G:x2}{Skin.B:x2}:s=320x180:r=25:d=5,format=rgb24", "-vf", $"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{Bt709}", "-c:v", "libx264", "-preset", "ultrafast");

    /// <summary>320x180, 5 s without sound, all of it <see cref="Skin"/>, in red, green and blue.</summary>
    public static Task<string> RgbAsync() => MakeAsync("rgb.mp4",
        "-f", "lavfi", "-i", $"color=c=0x{Skin.R:x2}{Skin.G:x2}{Skin.B:x2}:s=320x180:r=25:d=5,format=rgb24", "-c:v", "libx264rgb", "-preset", "ultrafast", "-qp", "0");

    /// <summary>1280x720, 2 s without sound, all of it <see cref="Skin"/>, in the colours of HD video, without a word of them.</summary>
    public static Task<string> UntoldAsync() => MakeAsync("untold.mp4",
        "-f", "lavfi", "-i", $"color=c=0x{Skin.R:x2}{Skin.G:x2}{Skin.B:x2}:s=1280x720:r=10:d=2,format=rgb24,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast");

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

    /// <summary>That a pixel has a colour, or nearly: it loses a little on its way through 4:2:0, and at the edges of a cell.</summary>
    public static void AssertNear((byte R, byte G, byte B) expected, byte[] pixels, int at, int within = 16)
    {
        var (r, g, b) = (pixels[at * 3], pixels[(at * 3) + 1], pixels[(at * 3) + 2]);
        Assert.True(Math.Abs(r - expected.R) < within && Math.Abs(g - expected.G) < within && Math.Abs(b - expected.B) < within, $"{(r, g, b)} instead of {expected} at {at}");
    }

    /// <summary>The matrix that a file tells of its colours; "unknown" for none.</summary>
    public static async Task<string> MatrixAsync(string file) =>
        (await Tool.RunAsync("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=color_space", "-of", "default=nk=1:nw=1", file])).Output.Split('\n')[0];

    /// <summary>A file's pictures as raw RGB, scaled to one size.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="inItsColours">True to go by the matrix that the file tells, which ffmpeg forgets where it makes a picture very small. Default false.</param>
    public static async Task<byte[]> PixelsAsync(string file, int width, int height, bool inItsColours = false)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Require.Command("ffmpeg"), ["-v", "error", "-i", file, "-vf", $"{(inItsColours ? "format=rgb24," : "")}scale={width}:{height}:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]) { RedirectStandardOutput = true })!;
        using var pixels = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(pixels);
        await process.WaitForExitAsync();
        return pixels.ToArray();
    }
}
