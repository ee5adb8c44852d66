namespace Sluice.Integration.Tests.Video;

/// <summary>Colours are those of the source, whichever way either tells them.</summary>
public sealed class ColourTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    /// <summary>One of each that a picture comes through differently.</summary>
    public static TheoryData<string> Queries =>
    [
        "?mode=frame&time=1s&format=jpg&width=160",
        "?mode=frame&time=1s&format=png&width=160",
        "?mode=frame&time=1s&format=png",
        "?mode=frame&time=1s&format=webp&width=160",
        "?mode=frame&time=1s&format=avif&width=160",
        "?width=160&duration=1s",
        "?format=webm&width=160&duration=1s",
        "?mode=spritesheet&width=320&height=180&columns=1&rows=1",
        "?mode=spritesheet&width=640&height=180&columns=2&rows=1",
        "/hls-0.ts?width=160&height=90",
    ];

    // Put into 8 bits as they were: (139, 71, 52).
    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Variant_OfHighDynamicRange_HasTheColoursOfStandardRange(string query)
    {
        foreach (var transfer in (string[])["arib-std-b67", "smpte2084"])
        {
            var pixels = await PixelsAsync(await MakeAsync(await Clips.HdrAsync(transfer), query), query);
            Clips.AssertNear(Clips.Skin, pixels, 0);
            // Nearly white: what is brighter than paper is brighter here too.
            Clips.AssertNear((225, 225, 225), pixels, 1);
        }
    }

    // JPEG and WebP, as they are read everywhere, have not the matrix that HD video has: it was (178, 47, 49).
    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Variant_OfHdVideo_HasItsColours(string query) => Clips.AssertNear(Clips.Skin, await PixelsAsync(await MakeAsync(await Clips.HdAsync(), query), query), 0, within: 8);

    // As screens are recorded: they had those of old television, and did not say so. And in HD that does not tell them either: players take what is smaller for old television.
    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Variant_OfColoursThatAreNotTold_HasThem_AndTellsThemAsVideo(string query)
    {
        await AssertAsync(await Clips.RgbAsync(), query);
        await AssertAsync(await Clips.UntoldAsync(), query);
    }

    private async Task AssertAsync(string clip, string query)
    {
        var file = await MakeAsync(clip, query);
        Clips.AssertNear(Clips.Skin, await PixelsAsync(file, query), 0, within: 8);
        if (!query.Contains("mode=", StringComparison.Ordinal)) Assert.Equal("bt709", await Clips.MatrixAsync(file));
    }

    private async Task<string> MakeAsync(string clip, string query)
    {
        var name = Path.GetFileName(clip);
        if (!File.Exists(video.Folder.FileOf(name))) File.Copy(clip, video.Folder.FileOf(name));
        var (answer, file) = await video.GetAsync("/" + name + query);
        Assert.True(answer.IsSuccessStatusCode && !answer.Headers.Contains("X-Fallback-Applied"), $"{answer}");
        return file;
    }

    // Half a picture each.
    private static Task<byte[]> PixelsAsync(string file, string query) =>
        Clips.PixelsAsync(file, query.Contains("columns=2", StringComparison.Ordinal) ? 4 : 2, 1, inItsColours: true);
}
