using System.IO.Compression;
using System.Text;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.Serving;

/// <summary>What players need around the bytes: types, lifetimes, CORS, compression of manifests only, stable URLs.</summary>
public sealed class ContentTests(HttpEdge http, FolderEdge folder) : IClassFixture<HttpEdge>, IClassFixture<FolderEdge>
{
    private static readonly string Manifest = "#EXTM3U\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"#EXTINF:6.0,\nsegment_{i:000}.ts\n")) + "#EXT-X-ENDLIST\n";

    [Theory]
    [InlineData(".m3u8", "application/vnd.apple.mpegurl")]
    [InlineData(".ts", "video/mp2t")]
    [InlineData(".mp4", "video/mp4")]
    [InlineData(".m4s", "video/iso.segment")]
    [InlineData(".mpd", "application/dash+xml")]
    [InlineData(".webm", "video/webm")]
    [InlineData(".vtt", "text/vtt")]
    [InlineData(".jpg", "image/jpeg")]
    public async Task ContentType_FolderFile_IsTheMediasOwn(string extension, string expected)
    {
        folder.Folder.Write("types/file" + extension, "content");

        var miss = await folder.Edge.AskAsync("/types/file" + extension);
        var hit = await folder.Edge.AskAsync("/types/file" + extension);

        Assert.StartsWith(expected, miss.Header("Content-Type"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(miss.Header("Content-Type"), hit.Header("Content-Type"));
    }

    [Theory]
    [InlineData(".ts", "public, max-age=604800, immutable")] // EDG-04
    [InlineData(".m3u8", "public, max-age=3600")] // EDG-05
    public async Task CacheControl_FolderFile_FollowsTheExtension(string extension, string expected)
    {
        folder.Folder.Write("ttl/file" + extension, "content");

        var miss = await folder.Edge.AskAsync("/ttl/file" + extension);
        var hit = await folder.Edge.AskAsync("/ttl/file" + extension);

        Assert.Equal((200, expected), (miss.Status, miss.Header("Cache-Control")));
        Assert.Equal(("HIT", expected), (hit.CacheStatus, hit.Header("Cache-Control")));
    }

    [Fact]
    public async Task CacheControl_HttpOrigin_IsTheOriginsOwn()
    {
        var path = http.Put(OriginReply.Object(1, 500) with { CacheControl = "public, max-age=77" }, ".ts");

        await http.Edge.AskAsync(path);
        var hit = await http.Edge.AskAsync(path);

        Assert.Equal(("HIT", "public, max-age=77"), (hit.CacheStatus, hit.Header("Cache-Control")));
    }

    [Fact]
    public async Task NotFound_Folder_IsCachedForAMinute()
    {
        // TTL-03 for folder origins: within 60 s a file that has come since is not seen.
        var first = await folder.Edge.AskAsync("/late/clip.mp4");
        folder.Folder.Write("late/clip.mp4", "here now");
        var second = await folder.Edge.AskAsync("/late/clip.mp4");

        Assert.Equal((404, "MISS"), (first.Status, first.CacheStatus));
        Assert.Equal((404, "HIT"), (second.Status, second.CacheStatus));
    }

    [Fact]
    public async Task NotFound_HttpOriginWithMaxAge_IsCachedAsLongAsItSays()
    {
        var path = http.Put(OriginReply.Error(404) with { CacheControl = "max-age=60" });

        var first = await http.Edge.AskAsync(path);
        http.Origin.On(path, OriginReply.Text("here now"));
        var second = await http.Edge.AskAsync(path);

        Assert.Equal((404, 404, "HIT"), (first.Status, second.Status, second.CacheStatus));
        Assert.Equal("origin says 404", second.Text);
    }

    [Fact]
    public async Task Cors_AnyOrigin_MayReadTheAnswer()
    {
        folder.Folder.Write("cors/a.m3u8", Manifest);

        var miss = await folder.Edge.AskAsync("/cors/a.m3u8", "Origin: https://player.example");
        var hit = await folder.Edge.AskAsync("/cors/a.m3u8", "Origin: https://player.example");

        Assert.All([miss, hit], answer => Assert.Equal("*", answer.Header("Access-Control-Allow-Origin")));
        Assert.Contains("Content-Range", hit.Header("Access-Control-Expose-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Content-Length", hit.Header("Access-Control-Expose-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Cors_Preflight_AllowsRanges()
    {
        folder.Folder.Write("cors/b.mp4", "x");

        var answer = await folder.Edge.AskAsync(HttpMethod.Options, "/cors/b.mp4",
            "Origin: https://player.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: range, if-range");

        Assert.InRange(answer.Status, 200, 204);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Contains("GET", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("range", answer.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        // Players that tell what they measure (CTA-5004) ask for CMCD-Object and others, and play nothing where one of them is refused.
        Assert.Contains("*", answer.Header("Access-Control-Allow-Headers")!.Split(", "));
    }

    [Fact]
    public async Task Cors_HttpOriginThatSaysWho_IsPassedOnUnchanged()
    {
        var path = http.Put(OriginReply.Object(2, 500) with { Headers = [new("Access-Control-Allow-Origin", "https://only.example")] }, ".m3u8");

        await http.Edge.AskAsync(path, "Origin: https://only.example");
        var hit = await http.Edge.AskAsync(path, "Origin: https://only.example");

        Assert.Equal(("HIT", "https://only.example"), (hit.CacheStatus, hit.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Gzip_Manifest_IsCompressedForWhoAcceptsIt()
    {
        folder.Folder.Write("gzip/master.m3u8", Manifest);

        foreach (var expected in (string[])["MISS", "HIT"])
        {
            var answer = await folder.Edge.AskAsync("/gzip/master.m3u8", "Accept-Encoding: gzip");
            Assert.Equal((200, "gzip"), (answer.Status, answer.Header("Content-Encoding")));
            Assert.Contains("Accept-Encoding", answer.Header("Vary"), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(Manifest, Unzip(answer.Body));
            Assert.Equal(expected, answer.CacheStatus);
        }

        var plain = await folder.Edge.AskAsync("/gzip/master.m3u8");
        Assert.Null(plain.Header("Content-Encoding"));
        Assert.Contains("Accept-Encoding", plain.Header("Vary"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Manifest, plain.Text);
    }

    [Fact]
    public async Task Gzip_ManifestEntityTags_DifferFromThePlainOne()
    {
        // RFC 9110 section 8.8.3.3: two encodings of one resource do not share a strong tag.
        folder.Folder.Write("gzip/tags.m3u8", Manifest);
        var plain = await folder.Edge.AskAsync("/gzip/tags.m3u8");
        var zipped = await folder.Edge.AskAsync("/gzip/tags.m3u8", "Accept-Encoding: gzip");

        Assert.NotEqual(plain.Header("ETag"), zipped.Header("ETag"));
        var again = await folder.Edge.AskAsync("/gzip/tags.m3u8", "Accept-Encoding: gzip", "If-None-Match: " + zipped.Header("ETag"));
        Assert.Equal(304, again.Status);
    }

    [Fact]
    public async Task Gzip_RefusedByQuality_IsNotSent()
    {
        folder.Folder.Write("gzip/refused.m3u8", Manifest);

        var answer = await folder.Edge.AskAsync("/gzip/refused.m3u8", "Accept-Encoding: gzip;q=0, identity");

        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal(Manifest, answer.Text);
    }

    [Theory]
    [InlineData(".mp4")]
    [InlineData(".ts")]
    public async Task Gzip_Media_IsLeftAlone(string extension)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('a', 50_000));
        folder.Folder.Write("gzip/media" + extension, bytes);

        var answer = await folder.Edge.AskAsync("/gzip/media" + extension, "Accept-Encoding: gzip, deflate, br");

        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal(bytes, answer.Body);
    }

    [Fact]
    public async Task PlaybackUrl_ThroughTheEdge_IsPlainAndStable()
    {
        // EDG-09: no redirect to, and no mention of, a signed or expiring URL.
        folder.Folder.Write("stable/master.m3u8", Manifest);

        var answers = new[] { await folder.Edge.AskAsync("/stable/master.m3u8"), await folder.Edge.AskAsync("/stable/master.m3u8") };

        Assert.All(answers, answer =>
        {
            Assert.Equal(200, answer.Status);
            Assert.Null(answer.Header("Location"));
            Assert.Equal(Manifest, answer.Text);
        });
    }

    private static string Unzip(byte[] body)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(body), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
