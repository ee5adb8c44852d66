using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.Objects;

namespace Sluice.S3.Tests.Objects;

public class S3ErrorTests
{
    [Theory]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>no</Message><Key>a</Key></Error>", "NoSuchKey", null)]
    [InlineData("<Error><Region>eu-west-1</Region><Message/><Code>AuthorizationHeaderMalformed</Code></Error>", "AuthorizationHeaderMalformed", "eu-west-1")]
    [InlineData("<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Code>X</Code></Error>", "X", null)]
    [InlineData("<Error><Code>NoSuchKey</Code><Message>cut he", "NoSuchKey", null)]
    [InlineData("<Error><Message><Code>Inner</Code></Message><Code>Outer</Code></Error>", "Outer", null)]
    [InlineData("<Error><Code>no word\r\nat all</Code></Error>", "", null)]
    [InlineData("<Error><Region>evil/host</Region></Error>", "", null)]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"y\">]><Error><Code>&x;</Code></Error>", "", null)]
    [InlineData("<html><body>Bad Gateway</body></html>", "", null)]
    [InlineData("{\"error\":1}", "", null)]
    [InlineData("", "", null)]
    public void Parse_Document_IsReadAsFarAsItIsOneOfS3s(string document, string code, string? region)
        => Assert.Equal(new(code, region), S3Error.Parse(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void Parse_AnyBytes_NeverFails()
    {
        var pieces = Gen.Elements("<Error>", "</Error>", "<Code>", "</Code>", "<Region>", "</Region>", "a", "<", ">", "&", "&#0;", "\0", "é", "<![CDATA[", "]]>", "<!--", "<?x?>", " ", "<Code/>");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(pieces.ArrayOf().ToArbitrary(), parts =>
        {
            var error = S3Error.Parse(Encoding.UTF8.GetBytes("<Error>" + string.Concat(parts)));
            Assert.DoesNotContain(error.Code, c => c is '<' or '\n');
        }));
    }
}
