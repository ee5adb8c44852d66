using Sluice.Edge.Routes;
using Sluice.Edge.Tests.Variants;

namespace Sluice.Edge.Tests.Routes;

public sealed class QueryRuleTests
{
    [Theory]
    [InlineData("/a", "/a")]
    [InlineData("/a?", "/a?")]
    [InlineData("/a?v=1", "/a?v=1")]
    [InlineData("/a?v=1&utm_source=x", "/a?v=1")]
    [InlineData("/a?utm_source=x&v=1", "/a?v=1")]
    [InlineData("/a?utm_source=x&&v=1&", "/a?&v=1&")]
    [InlineData("/a?CMCD=bl%3D1%2Ccid%3D%22a%22", "/a")]
    [InlineData("/a?CMCD", "/a")]
    [InlineData("/a?cmcd=1", "/a?cmcd=1")]
    [InlineData("/a?CMCDs=1", "/a?CMCDs=1")]
    [InlineData("/a?x=CMCD=1&utm=2", "/a?x=CMCD=1&utm=2")]
    [InlineData("?CMCD=1", "")]
    [InlineData("", "")]
    public void Excluded_Parameters_AreLeftOut(string target, string expected) => Assert.Equal(expected, new QueryRule(["CMCD", "utm_*"]).Apply(target));

    [Theory]
    [InlineData("/a?v=1&x=2", "/a?v=1")]
    [InlineData("/a?x=2", "/a")]
    [InlineData("/a?v=1&CMCD=2&version=3", "/a?v=1")]
    [InlineData("/a?v=1&v=2&w_1=3&w_no=4", "/a?v=1&v=2&w_1=3")]
    public void Included_Parameters_AloneStay(string target, string expected) => Assert.Equal(expected, new QueryRule(["CMCD", "w_no"], ["v", "w_*", "CMCD"]).Apply(target));

    [Fact]
    public void Read_ByTheTransform_StaysWhateverTheRule() => Assert.Equal("/a?make=b&anew=1", new QueryRule(["*"], ["v"]).For(new MadeTransform()).Apply("/a?make=b&v=2&anew=1&x"));

    [Theory]
    [InlineData("v", true)]
    [InlineData("utm_*", true)]
    [InlineData("*", true)]
    [InlineData("", false)]
    [InlineData("*a", false)]
    [InlineData("a=1", false)]
    [InlineData("a&b", false)]
    [InlineData("?a", false)]
    [InlineData("a%20", false)]
    public void Name_OfAParameter_IsKnown(string name, bool expected) => Assert.Equal(expected, QueryRule.IsName(name));

    /// <summary>Both ways of writing it agree, and what is left is found unchanged the next time.</summary>
    [Fact]
    public void Random_Queries_AreShortenedOnceAndForAll()
    {
        var random = new Random(20261123);
        var rule = new QueryRule(["a", "b*"], ["a", "c*", "d"]);
        for (var i = 0; i < 20_000; i++)
        {
            var target = "/" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "abcd=&?*"[random.Next(8)]));
            var shortened = rule.Apply(target);
            Assert.Equal(shortened, rule.Apply(shortened));
            Assert.Equal(shortened != target, rule.Shortens(target));
            var mark = target.IndexOf('?', StringComparison.Ordinal);
            if (mark < 0) continue;
            var pairs = target[(mark + 1)..].Split('&').Where(pair => pair.Split('=')[0] is var name && name.Length > 0 && (name[0] == 'c' || name == "d")).ToArray();
            if (shortened != target) Assert.Equal(target[..mark] + (pairs.Length == 0 ? "" : "?" + string.Join('&', pairs)), shortened);
        }
    }
}
