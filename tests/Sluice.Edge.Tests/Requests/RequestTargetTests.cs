using System.Text;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Tests.Requests;

public class RequestTargetTests
{
    [Theory]
    [InlineData("/😀.txt", "/%F0%9F%98%80.txt")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/%7Ea/./b/../c", "/~a/c")]
    [InlineData("/a%2Fb%5Cc//d;e/..f%2f.g?..%2F", "/a%2Fb%5Cc//d;e/..f%2F.g?..%2F")]
    [InlineData("/a?sale=50%&x=%zz%2", "/a?sale=50%25&x=%25zz%252")]
    [InlineData("/a?%%341", "/a?%2541")]
    [InlineData("http://x/😀?q=😀", "/%F0%9F%98%80?q=%F0%9F%98%80")]
    public void TryNormalise_Text_IsOneForm(string written, string expected)
    {
        Assert.True(EdgeTarget.TryNormalise(written, out var target, out _));
        Assert.Equal(expected, target);
    }

    [Theory]
    [InlineData("/%zz")]
    [InlineData("/%00")]
    [InlineData("/a/../..")]
    [InlineData("/a/..%2Fb")]
    [InlineData("/%2e%2e%2fb")]
    [InlineData("/a%2F..")]
    [InlineData("/a/..%5Cb")]
    [InlineData("/a/..;/b")]
    [InlineData("/a%2F.%3Bv=1/b")]
    public void TryNormalise_TextThatIsNoTarget_HasAReason(string written)
    {
        Assert.False(EdgeTarget.TryNormalise(written, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("/my film.mp4", "%20")]
    [InlineData("/1#2.mp4", "%23")]
    [InlineData("/a\tb", "control character")]
    public void TryNormalise_TextAsAPersonWritesIt_SaysHowAUrlDoes(string written, string told)
    {
        Assert.False(EdgeTarget.TryNormalise(written, out _, out var reason));
        Assert.Contains(told, reason, StringComparison.Ordinal);
    }

    // Not as data of the tests above: an attribute is written in UTF-8, which has no half characters.
    [Fact]
    public void TryNormalise_HalfACharacter_HasAReason()
    {
        foreach (var half in (char[])['\ud83d', '\ude00'])
            Assert.False(EdgeTarget.TryNormalise($"/{half}x", out _, out _));
    }

    [Fact]
    public void TryNormalise_EveryCharacter_IsWhatItsOwnEncodingIs()
    {
        for (var value = 0x80; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 977)
        {
            if (!Rune.TryCreate(value, out var rune)) continue;
            Assert.True(EdgeTarget.TryNormalise("/" + rune, out var plain, out _));
            Assert.True(EdgeTarget.TryNormalise("/" + string.Concat(Encoding.UTF8.GetBytes(rune.ToString()).Select(b => $"%{b:x2}")), out var encoded, out _));
            Assert.Equal(encoded, plain);
        }
    }

    [Fact]
    public void IsNormal_OfRandomQueries_SaysWhatNormalisingDoes()
    {
        var random = new Random(20261123);
        string[] pieces = ["a", "=", "&", "?", "/", ".", "%", "%2F", "%2f", "%41", "%7E", "%00", "%zz", "%2", "%%25", "%25", " ", "#", "\"", "|", "\u007f", "\u0001", "é"];
        for (var i = 0; i < 20_000; i++)
        {
            var query = "?" + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Equal(RequestTarget.TryParse("/" + query, out var target, out _) && target.Query == query, RequestTarget.IsNormal(query));
        }
    }
}
