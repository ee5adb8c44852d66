using FsCheck;
using FsCheck.Fluent;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Tests.Fields;

public class FieldParserTests
{
    [Theory]
    [InlineData("bytes 0-9/10", 0L, 9L, 10L)]
    [InlineData("Bytes 4-9/*", 4L, 9L, null)]
    [InlineData("bytes */10", null, null, 10L)]
    [InlineData("bytes 0-9223372036854775806/9223372036854775807", 0L, 9223372036854775806L, 9223372036854775807L)]
    public void ContentRange_Legal_IsRead(string text, long? first, long? last, long? length)
    {
        Assert.True(ContentRange.TryParse(text, out var range));
        Assert.Equal(new ContentRange(first, last, length), range);
    }

    [Theory]
    [InlineData("bytes 5-4/10")]
    [InlineData("bytes 0-10/10")]
    [InlineData("bytes */*")]
    [InlineData("bytes=0-1/2")]
    [InlineData("bytes 0-1")]
    [InlineData("bytes  0-1/2")]
    [InlineData("bytes 0 - 1/2")]
    [InlineData("bytes -1/2")]
    [InlineData("bytes 0-1/2, bytes 3-4/5")]
    [InlineData("bytes 0-99999999999999999999/*")]
    [InlineData("items 0-1/2")]
    [InlineData("")]
    public void ContentRange_OffTheGrammarOrNonsense_IsRefused(string text) => Assert.False(ContentRange.TryParse(text, out _));

    [Fact]
    public void ContentRange_Any_AgreesWithItsNumbers() => Prop.ForAll<long, long, long>((a, b, n) =>
        ContentRange.TryParse($"bytes {a}-{b}/{n}", out var range) == (a >= 0 && b >= a && n > b && b != long.MaxValue)
        && (range == default || range == new ContentRange(a, b, n))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("7200", "Valid", 7200)]
    [InlineData("0, 7200", "Valid", 0)]
    [InlineData("7200,0", "Valid", 7200)]
    [InlineData("2147483648", "Valid", int.MaxValue)]
    [InlineData("99999999999999", "Valid", int.MaxValue)]
    [InlineData("-7200", "Invalid", 0)]
    [InlineData("+1", "Invalid", 0)]
    [InlineData("7200.0", "Invalid", 0)]
    [InlineData("72x", "Invalid", 0)]
    [InlineData("7200;foo=bar", "Invalid", 0)]
    [InlineData("", "Invalid", 0)]
    [InlineData(null, "Absent", 0)]
    public void AgeField_FirstMember_Counts(string? value, string state, int expected)
    {
        HeaderList headers = value is null ? [] : new([new("age", value), new("Age", "5")]);
        Assert.Equal(state, AgeField.Read(headers, out var seconds).ToString());
        Assert.Equal(expected, seconds);
    }

    [Theory]
    [InlineData("\"a\"", "\"a\"", true, true)]
    [InlineData("\"1\", W/\"a\" ,\"b\"", "\"a\"", true, false)]
    [InlineData("\"1\",\"a\"", "W/\"a\"", true, false)]
    [InlineData("\"a,b\"", "\"a,b\"", true, true)]
    [InlineData("\"x,\"a\"", "\"a\"", false, false)]
    [InlineData("abc", "abc", true, true)]
    [InlineData("abc", "\"abc\"", false, false)]
    [InlineData("w/\"a\"", "w/\"a\"", true, true)]
    [InlineData("\"A\"", "\"a\"", false, false)]
    [InlineData("", "\"a\"", false, false)]
    [InlineData("*", "\"a\"", false, false)]
    [InlineData(",, \"a\"", "\"a\"", true, true)]
    public void EntityTags_List_ComparesWeakAndStrong(string field, string tag, bool weak, bool strong)
    {
        Assert.Equal(weak, EntityTags.ContainsWeak(field, tag));
        Assert.Equal(strong, EntityTags.ContainsStrong(field, tag));
    }

    [Fact]
    public void EntityTags_ListWithTheTagAnywhere_Matches()
    {
        var tag = Gen.Elements('a', ',', ' ', 'W', '/', '\\', 'ü').ListOf().Select(c => "\"" + string.Concat(c) + "\"");
        Prop.ForAll((from list in tag.NonEmptyListOf() from i in Gen.Choose(0, list.Count - 1) select (list, i)).ToArbitrary(), c =>
            EntityTags.ContainsStrong(string.Join(", ", c.list), c.list[c.i]) && !EntityTags.ContainsWeak(string.Join(",", c.list), "\"none\"")).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void HopByHop_Remove_KeepsEndToEndLinesInOrder()
    {
        var kept = HopByHop.Remove([
            new("Set-Cookie", "a"), new("Connection", "close, X-Hop,,"), new("x-hop", "1"), new("Transfer-Encoding", "chunked"), new("TE", "trailers"),
            new("Set-Cookie", "b"), new("Keep-Alive", "timeout=5"), new("Proxy-Connection", "x"), new("Proxy-Status", "x"), new("connection", "Y, Cache-Control"),
            new("Y", "1"), new("y", "2"), new("Cache-Control", "no-store"), new("Close", "kept"), new("Upgrade", "h2c")]);
        Assert.Equal(["Set-Cookie: a", "Set-Cookie: b", "Proxy-Status: x", "Cache-Control: no-store", "Close: kept"], kept.Select(l => $"{l.Key}: {l.Value}"));
    }

    [Theory]
    [InlineData("/a/clip.MP4", "video/mp4")]
    [InlineData("/a.b/seg-1.ts", "video/mp2t")]
    [InlineData("/master.m3u8", "application/vnd.apple.mpegurl")]
    [InlineData("/x.mpd", "application/dash+xml")]
    [InlineData("/x.m4s", "video/iso.segment")]
    [InlineData("/x.m4f", "video/iso.segment")]
    [InlineData("/x.cmft", "application/mp4")]
    [InlineData("/x.m2t", "video/mp2t")]
    [InlineData("/x.ac3", "audio/ac3")]
    [InlineData("/x.ec3", "audio/eac3")]
    [InlineData("/x.vtt", "text/vtt;charset=utf-8")]
    [InlineData("/x.tar.gz", "application/gzip")]
    [InlineData("/mp4", "application/octet-stream")]
    [InlineData("/dir.mp4/file", "application/octet-stream")]
    [InlineData("/x.", "application/octet-stream")]
    [InlineData("/x.unknown", "application/octet-stream")]
    public void MediaTypes_LastExtension_Decides(string path, string type) => Assert.Equal(type, MediaTypes.ForPath(path));
}
