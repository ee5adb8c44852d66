using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.Objects;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.Objects;

public class S3ObjectKeyTests
{
    [Fact]
    public void From_AnyKeyEncodedAsAPath_IsThatKey()
    {
        var texts = Gen.Elements("a", " ", "+", "%", "%41", "?", "#", "'", "/", "//", "é", "🎬", "..", ".", "\"", "~", "\n").NonEmptyListOf().Select(string.Concat);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(texts.ToArbitrary(), key =>
        {
            var expected = key.Split('/').Any(segment => segment is "." or "..") ? null : "in/" + key;
            Assert.Equal(expected, S3ObjectKey.From("in/", "/" + CanonicalForm.Path(key)));
        }));
    }

    [Theory]
    [InlineData("", "/", null)]
    [InlineData("in/", "/", "in/")]
    [InlineData("", "a", "a")]
    [InlineData("", "/%c3%A9", "é")]
    [InlineData("", "/é", "é")]
    [InlineData("", "/%C3", null)]
    [InlineData("", "/%ED%A0%80", null)] // half a surrogate pair
    [InlineData("", "/%4", null)]
    public void From_OddPath_IsAKeyOrNone(string prefix, string path, string? key) => Assert.Equal(key, S3ObjectKey.From(prefix, path));

    [Fact]
    public void From_LongKey_IsBoundedWithItsPrefix()
    {
        Assert.NotNull(S3ObjectKey.From("in/", "/" + new string('k', 1021)));
        Assert.Null(S3ObjectKey.From("in/", "/" + new string('k', 1022)));
        Assert.Null(S3ObjectKey.From("", "/" + new string('é', 513)));
    }
}
