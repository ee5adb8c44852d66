using System.IO.Compression;
using Sluice.Edge.Playback;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Playback;

public sealed class PlaybackTests
{
    private readonly ManualTimeProvider time = new();

    [Theory]
    [InlineData("/hls/a/master.m3u8", "/hls/a/master.m3u8", true)]
    [InlineData("/hls/a/master.m3u8", "/hls/a/g/360p/segment_000.ts", true)]
    [InlineData("/hls/a/master.m3u8", "/hls/b/master.m3u8", false)]
    [InlineData("/hls/a/master.m3u8", "/hls/ab/master.m3u8", false)]
    [InlineData("/hls/a/master.m3u8", "/hls/a", false)]
    [InlineData("/hls/a/master.m3u8", "/x/hls/a/master.m3u8", false)]
    [InlineData("/top.m3u8", "/anything/at/all.ts", true)]
    public void Token_OfAFolder_IsGoodForWhatIsInIt(string signed, string asked, bool good)
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);

        Assert.Equal(good, tokens.Check(asked, tokens.ForFolderOf(signed), out _) is not null);
    }

    // Who may write to a bucket may write this there; looked at from each tag to the end, it took minutes of a processor for each who asked.
    [Fact]
    public void Write_DashOfTagsThatNeverEnd_TakesTimeInProportion()
    {
        var text = string.Concat(Enumerable.Repeat("<BaseURL ", 500_000));
        var began = TimeProvider.System.GetTimestamp();

        Assert.Equal(text, SignedManifest.Write("/a.mpd", text, "t"));

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Token_ItsTimeOver_IsRefused()
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromMinutes(10), time);
        var token = tokens.ForFolderOf("/hls/a/m.m3u8");
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.NotNull(tokens.Check("/hls/a/m.m3u8", token, out _));
        time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));

        Assert.Null(tokens.Check("/hls/a/m.m3u8", token, out var reason));
        Assert.Contains("over", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Token_ChangedInAnyPlace_IsRefused()
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        var token = tokens.ForFolderOf("/hls/a/m.m3u8");
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == '1' ? '0' : '1';
            Assert.Null(tokens.Check("/hls/a/m.m3u8", new string(changed), out _));
        }
        foreach (var wrong in (string?[])[null, "", ".", "..", "...", "-1.1.x", "99999999999.1.x", "2.1", token + ".x", "0" + token])
            Assert.Null(tokens.Check("/hls/a/m.m3u8", wrong, out _));
        Assert.Null(new PlaybackTokens("another key", TimeSpan.FromHours(1), time).Check("/hls/a/m.m3u8", token, out _));
    }

    [Theory]
    [InlineData("a.ts", "a.ts?token=T")]
    [InlineData("a.ts?x=1", "a.ts?x=1&token=T")]
    [InlineData("../b/a.ts#f", "../b/a.ts?token=T#f")]
    [InlineData("https://elsewhere/a.ts", "https://elsewhere/a.ts")]
    [InlineData("//elsewhere/a.ts", "//elsewhere/a.ts")]
    // Browsers take "\" for "/", leave out tabs and white space before, and need no slashes after another scheme.
    [InlineData("\\\\elsewhere/a.ts", "\\\\elsewhere/a.ts")]
    [InlineData("/\\elsewhere/a.ts", "/\\elsewhere/a.ts")]
    [InlineData("/\t/elsewhere/a.ts", "/\t/elsewhere/a.ts")]
    [InlineData(" //elsewhere/a.ts", " //elsewhere/a.ts")]
    [InlineData("https:elsewhere/a.ts", "https:elsewhere/a.ts")]
    [InlineData("http:/elsewhere/a.ts", "http:/elsewhere/a.ts")]
    [InlineData(" b/a.ts", " b/a.ts?token=T")]
    [InlineData("a.ts?from=https://elsewhere/", "a.ts?from=https://elsewhere/&token=T")]
    [InlineData("#EXT-X-KEY:METHOD=AES-128,URI=\"\\\\elsewhere/k\"", "#EXT-X-KEY:METHOD=AES-128,URI=\"\\\\elsewhere/k\"")]
    [InlineData("#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"1@0\"", "#EXT-X-MAP:URI=\"i.mp4?token=T\",BYTERANGE=\"1@0\"")]
    [InlineData("#EXT-X-KEY:METHOD=AES-128,URI=\"data:x\"", "#EXT-X-KEY:METHOD=AES-128,URI=\"data:x\"")]
    [InlineData("#EXTINF:6,a title", "#EXTINF:6,a title")]
    [InlineData("", "")]
    // Players leave out white space behind an address.
    [InlineData("a.ts \t", "a.ts?token=T")]
    [InlineData("  ", "")]
    [InlineData("#EXT-X-MAP:URI=\"i.mp4 \"", "#EXT-X-MAP:URI=\"i.mp4?token=T\"")]
    // What stands before a colon is no scheme with such characters.
    [InlineData("cam_10:30:00.ts", "cam_10:30:00.ts?token=T")]
    [InlineData("2026-11-23T10:30:00.ts", "2026-11-23T10:30:00.ts?token=T")]
    [InlineData("web+x.y-1:elsewhere", "web+x.y-1:elsewhere")]
    public void Manifest_Line_CarriesTheToken(string line, string expected)
    {
        Assert.Equal($"#EXTM3U\n{expected}\n", SignedManifest.Write("/m.m3u8", $"#EXTM3U\n{line}\n", "T"));
        Assert.Equal($"#EXTM3U\n{expected}\n", SignedManifest.Write("/m.m3u8", $"#EXTM3U\r\n{line}\r\n", "T"));
    }

    [Theory]
    [InlineData("NAME=\"v\",VALUE=\"https://elsewhere\"", "{$v}/a.ts", false)]
    [InlineData("VALUE=\"//elsewhere\",NAME=\"v\"", "{$v}/a.ts", false)]
    [InlineData("NAME=\"v\",VALUE=\"/elsewhere\"", "/{$v}/a.ts", false)]
    [InlineData("NAME=\"v\",VALUE=\"\"", "{$v}//elsewhere/a.ts", false)]
    [InlineData("NAME=\"v\",VALUE=\"https\"", "{$v}://elsewhere/a.ts", false)]
    [InlineData("NAME=\"v\",VALUE=\"a\",VALUE=\"https://elsewhere\"", "{$v}/a.ts", false)]
    [InlineData("IMPORT=\"v\"", "{$v}/a.ts", false)]
    [InlineData("QUERYPARAM=\"v\"", "h{$v}/a.ts", false)]
    [InlineData("NAME=\"v\",VALUE=\"https://elsewhere\"", "b/{$v}/a.ts", true)]
    [InlineData("IMPORT=\"v\"", "/b/{$v}.ts", true)]
    [InlineData("NAME=\"v\",VALUE=\"../720p/\"", "{$v}a.ts", true)]
    [InlineData("NAME=\"v\",VALUE=\"/hls/720p\"", "{$v}/a.ts", true)]
    [InlineData("NAME=\"v\",VALUE=\"720p\"", "/{$v}/a.ts", true)]
    public void Manifest_AddressWithAVariable_CarriesTheTokenWhereItStaysHere(string definition, string address, bool isSigned)
    {
        var (before, after) = (isSigned ? address + "?token=T" : address, $"#EXT-X-MAP:URI=\"{address}");

        Assert.Equal($"#EXTM3U\n#EXT-X-DEFINE:{definition}\n{before}\n{after}{(isSigned ? "?token=T" : "")}\"", SignedManifest.Write("/m.m3u8", $"#EXTM3U\n#EXT-X-DEFINE:{definition}\n{address}\n{after}\"", "T"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    public void TextOf_WithTheMarkOfItsCoding_LeavesThatOut(string coding)
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. "#EXTM3U\n"u8];
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress)) gzip.Write(body);

        Assert.Equal("#EXTM3U\n", PrivateRoute.TextOf(coding.Length > 0 ? packed.ToArray() : body, coding));
    }

    [Theory]
    [InlineData("t.jpg#xywh=0,0,160,90", "t.jpg?token=T#xywh=0,0,160,90")]
    [InlineData("thumbs/001.PNG", "thumbs/001.PNG?token=T")]
    [InlineData("001.webp?v=2", "001.webp?v=2&token=T")]
    [InlineData("https://elsewhere/001.jpg", "https://elsewhere/001.jpg")]
    [InlineData("Look at 001.jpg", "Look at 001.jpg")]
    [InlineData("Well.", "Well.")]
    [InlineData("one\n \nand two", "one\n \nand two")]
    public void Thumbnails_Cue_CarriesTheToken(string cue, string expected) =>
        Assert.Equal($"WEBVTT\n\n00:00.000 --> 00:01.000\n{expected}\n", SignedManifest.Write("/t.vtt", $"WEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\n{cue}\r\n", "T"));

    [Theory]
    [InlineData("""<SegmentTemplate initialization="i-$RepresentationID$.m4s" media='s-$Number%05d$.m4s?a=1&amp;b=2'/>""", """<SegmentTemplate initialization="i-$RepresentationID$.m4s?token=T" media='s-$Number%05d$.m4s?a=1&amp;b=2&amp;token=T'/>""")]
    [InlineData("""<SegmentList><Initialization sourceURL="i.mp4" range="0-9"/><SegmentURL media="a.m4s"/></SegmentList>""", """<SegmentList><Initialization sourceURL="i.mp4?token=T" range="0-9"/><SegmentURL media="a.m4s?token=T"/></SegmentList>""")]
    [InlineData("<BaseURL> it's.mp4 </BaseURL><BaseURL>720p/</BaseURL><Location>live.mpd</Location>", "<BaseURL> it's.mp4?token=T </BaseURL><BaseURL>720p/</BaseURL><Location>live.mpd?token=T</Location>")]
    [InlineData("""<AdaptationSet bitstreamSwitching="true" mimeType="video/mp4"/>""", """<AdaptationSet bitstreamSwitching="true" mimeType="video/mp4"/>""")]
    [InlineData("""<BaseURL>https://elsewhere/</BaseURL><SegmentTemplate media="$Number$.m4s"/>""", """<BaseURL>https://elsewhere/</BaseURL><SegmentTemplate media="$Number$.m4s"/>""")]
    [InlineData("""<BaseURL>\\elsewhere/</BaseURL><SegmentTemplate media="$Number$.m4s"/>""", """<BaseURL>\\elsewhere/</BaseURL><SegmentTemplate media="$Number$.m4s"/>""")]
    [InlineData("""<BaseURL>&#47;/elsewhere/</BaseURL><SegmentTemplate media="$Number$.m4s"/>""", """<BaseURL>&#47;/elsewhere/</BaseURL><SegmentTemplate media="$Number$.m4s"/>""")]
    [InlineData("""<BaseURL><![CDATA[//elsewhere/]]></BaseURL><SegmentTemplate media="$Number$.m4s"/>""", """<BaseURL><![CDATA[//elsewhere/]]></BaseURL><SegmentTemplate media="$Number$.m4s"/>""")]
    [InlineData("""<SegmentTemplate media="&#x2F;/elsewhere/$Number$.m4s"/>""", """<SegmentTemplate media="&#x2F;/elsewhere/$Number$.m4s"/>""")]
    public void Dash_Address_CarriesTheToken(string manifest, string expected) => Assert.Equal($"<MPD>\r\n{expected}</MPD>", SignedManifest.Write("/m.mpd", $"<MPD>\r\n{manifest}</MPD>", "T"));
}
