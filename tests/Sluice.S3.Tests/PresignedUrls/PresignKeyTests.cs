using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3.Tests.PresignedUrls;

public class PresignKeyTests
{
    [Theory]
    [InlineData("remote", "videos/sample.mp4", "us-east-1", "presigned:remote:videos/sample.mp4:aws-s3-presigned-url:us-east-1:s3")]
    [InlineData("fallback", "a b+c.mp4", "eu-central-1", "presigned:fallback:a b+c.mp4:aws-s3-presigned-url:eu-central-1:s3")]
    [InlineData("s3:media", "a:b%", "eu-central-1", "presigned:s3%3Amedia:a%3Ab%25:aws-s3-presigned-url:eu-central-1:s3")]
    public void Text_PlainGet_IsTheDocumentedFormat(string type, string path, string region, string key) // KEY-05, D03
        => Assert.Equal(key, new PresignKey(path, PresignOptions.Default).Text(type, region));

    [Fact]
    public void Text_OtherThanAPlainGet_AppendsADigest()
        => Assert.Matches("^presigned:remote:a:aws-s3-presigned-url:eu:s3:[0-9a-f]{32}$", new PresignKey("a", new() { Method = "PUT" }).Text("remote", "eu"));

    [Fact]
    public void Text_EqualOptionsInAnyOrder_AreOneKey()
    {
        var one = new PresignOptions { Query = new Dictionary<string, string> { ["versionId"] = "1", ["response-content-type"] = "a" } };
        var two = new PresignOptions { Query = new Dictionary<string, string> { ["response-content-type"] = "a", ["versionId"] = "1" } };
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, PresignOptions.Default);
        Assert.NotEqual(PresignOptions.Default, new PresignOptions { Region = "x" });
    }

    private static readonly Gen<string> Part = Gen.Choose(1, 5).SelectMany(count => Gen.Elements("a", "b", ":", "%", "3", "A", "/", "presigned", "s3").ListOf(count)).Select(string.Concat);

    private static readonly Gen<(string Type, string Path, string Region, PresignOptions Options)> Keys =
        from type in Part
        from path in Part
        from region in Part
        from method in Gen.Elements("GET", "PUT")
        from version in Gen.OneOf(Gen.Constant(""), Part)
        from expires in Gen.Elements(0, 60, 61)
        select (type, path, region, new PresignOptions
        {
            Method = method, Expires = expires == 0 ? null : TimeSpan.FromSeconds(expires),
            Query = version.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["versionId"] = version },
        });

    [Fact]
    public void Text_TwoDifferentUrls_NeverShareAKey() // KEY-06, KEY-07
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Keys.Two().ToArbitrary(), pair =>
        {
            var ((t1, p1, r1, o1), (t2, p2, r2, o2)) = pair;
            var same = (t1, p1, r1) == (t2, p2, r2) && o1.Equals(o2);
            Assert.Equal(same, new PresignKey(p1, o1).Text(t1, r1) == new PresignKey(p2, o2).Text(t2, r2));
        }));

    [Fact]
    public void Hash_IsTheSameInEveryProcess()
    {
        // Pinned: with another value nodes of two versions would hand out different URLs.
        Assert.Equal(0x2E155BF9588E329CUL, PresignKey.Hash("videos/sample.mp4"));
    }
}
