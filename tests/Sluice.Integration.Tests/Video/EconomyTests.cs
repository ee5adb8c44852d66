using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>What variants take of the origin, of the processor, and of those who wait.</summary>
public sealed partial class EconomyTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Fact]
    public async Task Frame_InTheMiddleOfAColdGigabyte_ReadsAFewMegabytes()
    {
        using var folder = new TemporaryFolder();
        // Raw pictures, and the index at the end: 90 s are 1.04 GB.
        var file = folder.FileOf("big.mov");
        var made = await Tool.RunAsync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "color=c=0x30c040:s=640x360:r=25:d=90", "-c:v", "rawvideo", "-pix_fmt", "uyvy422", "-f", "mov", file]);
        Assert.True(made.ExitCode == 0, made.All);
        Assert.True(new FileInfo(file).Length > 1_000_000_000);
        await using var sluice = await video.StartAsync(folder.Path);

        var (answer, picture) = await video.GetAsync("/big.mov?mode=frame&time=45s&width=160&height=90", sluice.Edge);

        Assert.False(answer.Headers.Contains("X-Fallback-Applied"));
        Assert.InRange((await Clips.PixelsAsync(picture, 1, 1))[1], 170, 215);
        var frame = await ReceivedAsync(sluice);
        Assert.InRange(frame, 400_000, 8_000_000);

        var (sheet, cells) = await video.GetAsync("/big.mov?mode=spritesheet&width=640&height=270&columns=4&rows=3", sluice.Edge);
        Assert.False(sheet.Headers.Contains("X-Fallback-Applied"));
        var probe = await Probe.OfAsync(cells);
        Assert.Equal((640, 270), (probe.Width, probe.Height));
        var greens = (await Clips.PixelsAsync(cells, 4, 3)).Where((_, i) => i % 3 == 1);
        Assert.All(greens, green => Assert.InRange(green, 170, 215));
        // Twelve pictures, each for less than the one before, out of a gigabyte.
        Assert.InRange(await ReceivedAsync(sluice) - frame, 5_000_000, 12 * 8_000_000);
    }

    [Fact]
    public async Task Variants_MoreThanThereIsRoomFor_AreShed()
    {
        using var folder = new TemporaryFolder();
        File.Copy(await Clips.LongAsync(), folder.FileOf("long.mp4"));
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{folder.Path}}"] }], "video": { "running": 1, "waiting": 1 } }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });

        using var first = await sluice.Edge.GetAsync(new Uri("/long.mp4?width=1920&height=1080", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        var second = sluice.Edge.GetAsync(new Uri("/long.mp4?mode=frame&width=160&height=90", UriKind.Relative));
        Assert.True(await Eventually.HoldsAsync(async () => (int)(await sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["waiting"]! == 1, TimeSpan.FromSeconds(60)));
        using var third = await sluice.Edge.GetAsync(new Uri("/long.mp4?mode=frame&width=320&height=180", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 120);
        // Whoever had a place gets it: a viewer who leaves makes room.
        first.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
    }

    [Fact]
    public async Task Variant_ThatTakesTooLong_IsGivenUp_AndTheOriginalSent()
    {
        using var folder = new TemporaryFolder();
        File.Copy(await Clips.LongAsync(), folder.FileOf("long.mp4"));
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{folder.Path}}"] }], "video": { "time": "100ms" } }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        using var answer = await sluice.Edge.GetAsync(new Uri("/long.mp4?mode=spritesheet&width=1600&height=900", UriKind.Relative));
        Assert.Equal("504", answer.Headers.GetValues("X-Original-Error-Status").Single());
        Assert.Equal(new FileInfo(folder.FileOf("long.mp4")).Length, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Route_ThatWantsNoOriginalInstead_AnswersTheError()
    {
        using var folder = new TemporaryFolder();
        folder.Write("text.mp4", "text");
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{folder.Path}}"], "video": { "fallBackOnError": false } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        using var answer = await sluice.Edge.GetAsync(new Uri("/text.mp4?width=160", UriKind.Relative));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_SOURCE"), (answer.StatusCode, answer.Headers.GetValues("X-Error-Type").Single()));
    }

    [Fact]
    public async Task Server_WithoutFfmpeg_PlaysOriginalsAndSaysWhatToInstall()
    {
        using var empty = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = video.Folder.Path,
            Environment = new Dictionary<string, string> { ["PATH"] = $"{empty.Path}:{Path.GetDirectoryName(Environment.ProcessPath)}" },
        });
        Assert.Equal(HttpStatusCode.OK, (await sluice.Edge.GetAsync(new Uri("/square.mp4", UriKind.Relative))).StatusCode);
        using var answer = await sluice.Edge.GetAsync(new Uri("/square.mp4?width=160", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Contains("install ffmpeg", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, sluice.Log.Split("Variants of videos cannot be made").Length - 1);
    }

    [Fact]
    public async Task Route_WithVariantsSwitchedOff_TakesTheQueryAsPartOfTheName()
    {
        var config = video.Folder.Write("off.json", $$"""{ "routes": [{ "origins": ["{{video.Folder.Path}}"], "video": { "enabled": false } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        using var answer = await sluice.Edge.GetAsync(new Uri("/square.mp4?width=160", UriKind.Relative));
        Assert.Equal(new FileInfo(video.Folder.FileOf("square.mp4")).Length, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Route_WithSigningKeys_MakesOnlyWhatIsSigned()
    {
        var config = video.Folder.Write("signed.json", $$"""{ "routes": [{ "origins": ["{{video.Folder.Path}}"], "video": { "signingKeys": ["k1:0123456789abcdef"] } }] }""");
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Arguments = ["--config", config] });
        Assert.Equal(HttpStatusCode.Forbidden, (await sluice.Edge.GetAsync(new Uri("/square.mp4?mode=frame&width=160&height=90", UriKind.Relative))).StatusCode);
        var query = Sluice.Video.Access.UrlSignature.Sign("/square.mp4", "?mode=spritesheet&width=320&height=180&format=vtt", new("k1", "0123456789abcdef"));
        var index = await sluice.Edge.GetStringAsync(new Uri("/square.mp4" + query, UriKind.Relative));
        // The pictures that a signed index names are signed too.
        var sheet = index.Split('\n').First(line => line.Contains("#xywh", StringComparison.Ordinal)).Split('#')[0];
        Assert.Equal(HttpStatusCode.OK, (await sluice.Edge.GetAsync(new Uri("/" + sheet, UriKind.Relative))).StatusCode);
    }

    private static async Task<long> ReceivedAsync(SluiceProcess sluice)
    {
        var metrics = await sluice.Api.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return Received().Matches(metrics).Where(match => !match.Value.Contains("variants of", StringComparison.Ordinal))
            .Sum(match => (long)double.Parse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^sluice_origin_received[a-z_]*\{[^}]*\} (\S+)", RegexOptions.Multiline)]
    private static partial Regex Received();
}
