using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Tests.Fields;

// RFC 9213: a targeted field is a structured dictionary, or it is nothing.
public class TargetedCacheControlTests
{
    [Theory]
    [InlineData("max-age=3600", 3600)]
    [InlineData("max-age=2147483648", int.MaxValue)]
    [InlineData("max-age=99999999999", int.MaxValue)]
    [InlineData("foobar, max-age=3600", 3600)]
    [InlineData("max-age=1, max-age=2", 2)]
    [InlineData("max-age=10;foo=bar;b, x=(1 \"a\" b;c=?1);d", 10)]
    [InlineData("x=:YWJj:, max-age=0,\ty=1.5", 0)]
    public void TryParse_Dictionary_ReadsMaxAge(string text, int expected)
    {
        Assert.True(TargetedCacheControl.TryParse(text, out var control));
        Assert.Equal(expected, control.MaxAge);
    }

    [Theory]
    [InlineData("max-age=10000, &&&&&")]
    [InlineData("max-age=\"10000\"")]
    [InlineData("max-age=-1")]
    [InlineData("max-age=1.5")]
    [InlineData("max-age")]
    [InlineData("max-age =100")]
    [InlineData("max-age= 100")]
    [InlineData("MaX-aGe=3600")]
    [InlineData("max-age=1,")]
    [InlineData("max-age=1 no-store")]
    [InlineData("max-age=1,,no-store")]
    [InlineData("max-age=1234567890123456")]
    [InlineData("no-store=1")]
    [InlineData("public=\"a\"")]
    [InlineData("x=\"unclosed")]
    [InlineData("x=\"bad \\escape\"")]
    [InlineData("x=(1")]
    [InlineData("x=(1\"a\")")]
    [InlineData("x=?2")]
    [InlineData("x=@123")]
    [InlineData("x=1.")]
    [InlineData("x=1.2345")]
    [InlineData("x=-")]
    [InlineData("x=:a")]
    [InlineData("x=")]
    [InlineData("x;")]
    [InlineData("")]
    [InlineData(" ")]
    public void TryParse_OffTheGrammarOrWrongType_IsIgnoredWhole(string text) => Assert.False(TargetedCacheControl.TryParse(text, out _));

    [Fact]
    public void TryRead_SeveralLines_AreOneDictionary()
    {
        var headers = new HeaderList([new("CDN-Cache-Control", "max-age=5, no-cache=\"set-cookie\""), new("cdn-cache-control", "must-revalidate, private=?0")]);
        Assert.True(TargetedCacheControl.TryRead(headers, "CDN-Cache-Control", out var control));
        Assert.Equal(new CacheControl { MaxAge = 5, NoCacheFields = "set-cookie", Directives = CacheDirectives.MustRevalidate }, control);
    }

    [Fact]
    public void TryRead_Absent_IsFalse() => Assert.False(TargetedCacheControl.TryRead([], "CDN-Cache-Control", out _));

    [Fact]
    public void TryParse_TypicalValue_AllocatesNothing()
    {
        // The least of several rounds: the runtime itself allocates once while it warms code up.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var read = 0;
            for (var i = 0; i < 100; i++)
                if (TargetedCacheControl.TryParse("max-age=600, must-revalidate", out _)) read++;
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(100, read);
        }
        Assert.Equal(0, least);
    }
}
