namespace Sluice.Integration.Tests.Video;

/// <summary>Of several sounds the one that players begin with is taken.</summary>
public sealed class SoundTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    // The first, which was taken, is a silent one.
    [Theory]
    [InlineData("?width=160")]
    [InlineData("?width=160&format=webm")]
    [InlineData("?mode=audio")]
    [InlineData("/hls-0.ts?width=160&height=90")]
    public async Task Variant_OfSeveralSounds_HasTheDefault(string query)
    {
        var clip = await Clips.MakeAsync("sounds.mkv",
            "-f", "lavfi", "-i", "color=c=gray:s=160x90:r=25:d=2", "-f", "lavfi", "-i", "anullsrc=d=2", "-f", "lavfi", "-i", "sine=d=2", "-map", "0", "-map", "1", "-map", "2",
            "-disposition:a:0", "0", "-disposition:a:1", "default", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac");
        var name = Path.GetFileName(clip);
        if (!File.Exists(video.Folder.FileOf(name))) File.Copy(clip, video.Folder.FileOf(name));

        var (answer, file) = await video.GetAsync("/" + name + query);

        Assert.True(answer.IsSuccessStatusCode, $"{answer}");
        var heard = await Tool.RunAsync("ffmpeg", ["-hide_banner", "-i", file, "-vn", "-af", "volumedetect", "-f", "null", "-"]);
        Assert.Matches(@"max_volume: -[0-3]?\d\.\d dB", heard.All);
    }
}
