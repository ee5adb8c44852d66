using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Tests.Routes;

public class PathPatternTests
{
    [Theory]
    [InlineData("/*", "/", true)]
    [InlineData("*", "/a/b", true)]
    [InlineData("/robots.txt", "/robots.txt", true)]
    [InlineData("/robots.txt", "/robots.txt2", false)]
    [InlineData("/hls/*", "/hls/a/b.ts", true)]
    [InlineData("/hls/*", "/hls", false)]
    [InlineData("*.m3u8", "/a/b.m3u8", true)]
    [InlineData("*.m3u8", "/a/b.m3u8x", false)]
    [InlineData("/v/*/master.m3u8", "/v/1/2/master.m3u8", true)]
    [InlineData("/v/*/master.m3u8", "/v/master.m3u8", false)]
    [InlineData("/v?/*.ts", "/v1/a.ts", true)]
    [InlineData("/v?/*.ts", "/v//a.ts", false)]
    [InlineData("/a*a*b", "/aaab", true)]
    public void Matches_Path_AsWritten(string pattern, string path, bool expected) => Assert.Equal(expected, new PathPattern(pattern).Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("hls/*")]
    [InlineData("/a b")]
    [InlineData("/é")]
    [InlineData("/a#b")]
    public void IsValid_TextThatNoPathCanMatch_IsFalse(string pattern) => Assert.False(PathPattern.IsValid(pattern));

    [Fact]
    public void Matches_AnyPathAndPattern_AgreesWithARegularExpression()
    {
        var text = Gen.Elements('a', 'b', '/', '*', '?').ListOf(8).Select(letters => "/" + string.Concat(letters));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(text.ToArbitrary(), text.ToArbitrary(), (pattern, written) =>
        {
            var path = written.Replace('*', 'a').Replace('?', 'b');
            var expression = "^" + Regex.Escape(pattern).Replace("\\*", ".*").Replace("\\?", "[^/]") + "$";
            return new PathPattern(pattern).Matches(path) == Regex.IsMatch(path, expression);
        }));
    }
}
