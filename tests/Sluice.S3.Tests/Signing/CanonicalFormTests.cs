using Sluice.S3.Signing;

namespace Sluice.S3.Tests.Signing;

public class CanonicalFormTests
{
    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("100%", "100%25")]
    [InlineData("%41", "%2541")]
    [InlineData("what?#", "what%3F%23")]
    [InlineData("'()*!", "%27%28%29%2A%21")]
    [InlineData("-._~", "-._~")]
    [InlineData("a//b", "a//b")]
    [InlineData("../a/./b", "../a/./b")]
    [InlineData("é", "%C3%A9")]
    [InlineData("🎬", "%F0%9F%8E%AC")]
    [InlineData("a:b@c&d=e,f;g", "a%3Ab%40c%26d%3De%2Cf%3Bg")]
    [InlineData("\"<>[]{}|\\^`", "%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60")]
    [InlineData("", "")]
    public void Path_AnyKey_IsEncodedOnceAndNotNormalised(string key, string path) => Assert.Equal(path, CanonicalForm.Path(key));

    [Fact]
    public void Path_LongKey_OutgrowsTheStack()
        => Assert.Equal(string.Concat(Enumerable.Repeat("%C3%A9", 1000)), CanonicalForm.Path(new string('é', 1000)));

    [Fact]
    public void Query_NamesThatDifferOnceEncoded_AreSortedAsEncoded()
        => Assert.Equal("%7B=1&a=&a=1&a=2&a-b=0&b%2F=%20%2B", CanonicalForm.Query([new("b/", " +"), new("a-b", "0"), new("a", "2"), new("{", "1"), new("a", ""), new("a", "1")]));
}
