using FsCheck;
using FsCheck.Fluent;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Tests.Fields;

public class CacheControlTests
{
    [Theory]
    [InlineData("max-age=3600", 3600)]
    [InlineData("MaX-aGe=3600", 3600)]
    [InlineData("max-age=\"3600\"", 3600)]
    [InlineData("max-age=003600", 3600)]
    [InlineData("max-age=2147483648", int.MaxValue)]
    [InlineData("max-age=99999999999999999999999", int.MaxValue)]
    [InlineData("foobar, max-age=60", 60)]
    [InlineData(",, max-age=60 ,,", 60)]
    [InlineData("extension=\"max-age=3600\", max-age=1", 1)]
    [InlineData("max-age=1, extension=\"max-age=3600\"", 1)]
    [InlineData("extension=\"a\\\", max-age=3600\", max-age=1", 1)]
    [InlineData("extension=\"max-age=3600\", max-age=\"1\"", 1)]
    [InlineData("max-age=1800, max-age=1", 1800)]
    [InlineData("max-age=1, max-age=1800", 1)]
    [InlineData("max-age='3600'", 0)]
    [InlineData("max-age=3600.0", 0)]
    [InlineData("max-age=3600a", 0)]
    [InlineData("max-age=-1", 0)]
    [InlineData("max-age =3600", 0)]
    [InlineData("max-age= 3600", 0)]
    [InlineData("max-age=", 0)]
    [InlineData("max-age", 0)]
    [InlineData("max-age=\"3600", 0)]
    [InlineData("max-age=\"3600\"x", 0)]
    public void Parse_MaxAge_ReadsOrCountsAsStale(string value, int expected) => Assert.Equal(expected, CacheControl.Parse(value).MaxAge);

    [Theory]
    [InlineData("")]
    [InlineData("nothing-to-see-here")]
    [InlineData("xmax-age=5")]
    [InlineData("a=\"max-age=5\"")]
    [InlineData("s-maxage=5")]
    public void Parse_OtherDirective_LeavesMaxAgeOut(string value) => Assert.Null(CacheControl.Parse(value).MaxAge);

    [Theory]
    [InlineData("no-store", "NoStore")]
    [InlineData("NO-STORE", "NoStore")]
    [InlineData("no-store=1", "NoStore")]
    [InlineData("no-cache", "NoCache")]
    [InlineData("no-cache=\"\"", "NoCache")]
    [InlineData("private=\"a b\"", "Private")]
    [InlineData("public, must-revalidate,proxy-revalidate", "Public, MustRevalidate, ProxyRevalidate")]
    [InlineData("must-understand, no-transform, immutable", "MustUnderstand, NoTransform, Immutable")]
    [InlineData("only-if-cached", "OnlyIfCached")]
    [InlineData("x=\"no-store\"", "None")]
    [InlineData("x=\"unclosed, no-store", "NoStore")]
    public void Parse_Switches_AreOn(string value, string expected) => Assert.Equal(expected, CacheControl.Parse(value).Directives.ToString());

    [Fact]
    public void Parse_FieldLists_AreKeptApartFromTheSwitch()
    {
        var control = CacheControl.Parse("no-cache=\"a, b\", private=c, no-cache=\"d\", max-age=9");
        Assert.Equal("a, b, d", control.NoCacheFields);
        Assert.Equal("c", control.PrivateFields);
        Assert.Equal(CacheDirectives.None, control.Directives);
        Assert.Equal(9, control.MaxAge);
    }

    [Fact]
    public void Parse_RequestDirectives_ReadTheirTimes()
    {
        var control = CacheControl.Parse("max-stale, min-fresh=5, stale-while-revalidate=x, stale-if-error=7");
        Assert.Equal(int.MaxValue, control.MaxStale);
        Assert.Equal(5, control.MinFresh);
        Assert.Null(control.StaleWhileRevalidate);
        Assert.Equal(7, control.StaleIfError);
        Assert.Equal(8, CacheControl.Parse("max-stale=8").MaxStale);
        Assert.Null(CacheControl.Parse("max-stale=x").MaxStale);
    }

    [Fact]
    public void Read_SeveralLines_FirstTimeCountsAndSwitchesAddUp()
    {
        var control = CacheControl.Read(new([new("cache-control", "max-age=1800, public"), new("Vary", "no-store"), new("Cache-Control", "max-age=1, immutable")]));
        Assert.Equal(1800, control.MaxAge);
        Assert.Equal(CacheDirectives.Public | CacheDirectives.Immutable, control.Directives);
    }

    [Fact]
    public void Read_TypicalValue_AllocatesNothing()
    {
        var headers = new HeaderList([new("Cache-Control", "public, max-age=31536000, s-maxage=86400, stale-while-revalidate=60, immutable")]);
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++) CacheControl.Read(headers);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    // Whatever stands around a directive in other members, quoted or not, it is read the same.
    [Fact]
    public void Parse_DirectiveAmongOthers_IsReadAsAlone()
    {
        var noise = Gen.Elements("ext", "a=b", "q=\"max-age=1, no-store\"", "e=\"\\\"\"", "", " ", "\t", "x=\"\"", "'no-store'");
        var cases = from before in noise.ListOf() from after in noise.ListOf() from age in Gen.Choose(0, int.MaxValue) select (before, after, age);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var control = CacheControl.Parse(string.Join(",", [.. c.before, $"max-age={c.age}", .. c.after]));
            return control == new CacheControl { MaxAge = c.age };
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Parse_AnyText_DoesNotThrow()
    {
        var text = Gen.Elements("max-age", "=", "\"", "\\", ",", " ", "no-cache", "private", "1", "a").ListOf().Select(string.Concat);
        Prop.ForAll(text.ToArbitrary(), t => { CacheControl.Parse(t); return true; }).QuickCheckThrowOnFailure();
    }
}
