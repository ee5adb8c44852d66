using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>What players of HLS are given while sources are replaced, servers are stopped, and routes take little.</summary>
public sealed class HlsFaultTests
{
    private static readonly string[] Film = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=24", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-g", "50", "-pix_fmt", "yuv420p"];

    // A tag tells versions of one file apart, as the number of a revision does; another file may have the same.
    [Fact]
    public async Task Playlists_OfSourcesWithTheSameTag_AreAsLongAsTheirOwn()
    {
        await using var origin = FaultyOrigin.Start();
        foreach (var (name, clip) in ((string, string)[])[("/film.mp4", await Clips.MakeAsync("hls-fault.mp4", Film)), ("/square.mp4", await Clips.SquareAsync())])
            origin.On(name, await ReplyAsync(clip, "1"));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        Assert.Equal(6, await SegmentsAsync(sluice, "/film.mp4"));
        Assert.NotEqual(6, await SegmentsAsync(sluice, "/square.mp4"));
    }

    private static async Task<OriginReply> ReplyAsync(string clip, string tag) =>
        new() { Body = OriginBody.Of(await File.ReadAllBytesAsync(clip)), ETag = $"\"{tag}\"", ContentType = "video/mp4", CacheControl = "max-age=3600" };

    private static async Task<int> SegmentsAsync(SluiceProcess sluice, string film) => (await NamesAsync(sluice, film + "/hls.m3u8?width=160&height=90")).Length;

    private static async Task<string[]> NamesAsync(SluiceProcess sluice, string playlist)
    {
        var answer = await sluice.Edge.AskAsync(playlist);
        Assert.Equal(200, answer.Status);
        return [.. answer.Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
    }
}
