using FsCheck;
using FsCheck.Fluent;
using Sluice.Edge.Warming;

namespace Sluice.Edge.Tests.Warming;

public sealed class PlaylistNamesTests
{
    private const string Master = """
        #EXTM3U
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="audio/en.m3u8"
        #EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1"
        720p/index.m3u8?v=1
        #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="720p/keys.m3u8"
        #EXT-X-STREAM-INF:BANDWIDTH=2
        /other/./index.m3u8
        #EXT-X-SESSION-DATA:DATA-ID="x",URI="session.json"
        """;

    private const string Media = """
        #EXTM3U
        #EXT-X-MAP:URI="init.mp4",BYTERANGE="800@0"
        #EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/k"
        #EXTINF:6,
        #EXT-X-BYTERANGE:1000@0
        one.m4s
        #EXTINF:6,
        #EXT-X-BYTERANGE:1000@1000
        one.m4s

        #EXTINF:6,
          two%20b.m4s#t
        #EXTINF:6,
        //cdn.example/three.m4s
        #EXTINF:6,
        {$base}/four.m4s
        #EXTINF:6,
        ../../../five.m4s
        #EXT-X-PART:DURATION=1,URI="part.m4s"
        #EXT-X-PRELOAD-HINT:TYPE=PART,URI="next.m4s"
        """;

    [Fact]
    public void Read_MasterOfSeveral_NamesThemInOrder() =>
        Assert.Equal(["/v/audio/en.m3u8", "/v/720p/index.m3u8?v=1", "/v/720p/keys.m3u8", "/other/index.m3u8"], PlaylistNames.Read("/v/master.m3u8", Master));

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Read_Segments_NamesThoseOfThisServerOnce(string end) =>
        Assert.Equal(["/v/init.mp4", "/v/one.m4s", "/v/two%20b.m4s", "/five.m4s", "/v/part.m4s"], PlaylistNames.Read("/v/a.m3u8", Media.ReplaceLineEndings(end)));

    // An app that answers its page to every path.
    [Fact]
    public void Read_TextThatIsNoPlaylist_NamesNothing() => Assert.Empty(PlaylistNames.Read("/v/a.m3u8", "<!doctype html>\n<p>no such video\n</html>\n"));

    [Fact]
    public void Read_AnyText_GivesTargetsOfThisServer() => Prop.ForAll<string?, string?>((a, b) =>
        PlaylistNames.Read("/v/a.m3u8", $"#EXTM3U\n{a}\n{Media}\n#EXT-X-MAP:URI=\"{b}").All(name => name.StartsWith('/') && !name.Contains('\n', StringComparison.Ordinal))).QuickCheckThrowOnFailure();
}
