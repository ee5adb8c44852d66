using Sluice.S3.Objects;

namespace Sluice.S3.Tests.Objects;

public class S3LocationTests
{
    [Theory]
    [InlineData("s3://media", "media", "")]
    [InlineData("s3://media/", "media", "")]
    [InlineData("S3://media/a/b", "media", "a/b")]
    [InlineData("s3://media/a b/%20/", "media", "a b/%20/")]
    [InlineData("s3://My_Bucket.2", "My_Bucket.2", "")]
    public void TryParse_Address_IsBucketAndLiteralPrefix(string text, string bucket, string prefix)
    {
        Assert.True(S3Location.TryParse(text, out var location, out var error), error);
        Assert.Equal(new(bucket, prefix), location);
    }

    [Theory]
    [InlineData(null, "should look like s3://bucket")]
    [InlineData("", "should look like s3://bucket")]
    [InlineData("http://media", "should look like s3://bucket")]
    [InlineData("s3:/media", "should look like s3://bucket")]
    [InlineData("s3://", "names no bucket")]
    [InlineData("s3:///key", "names no bucket")]
    [InlineData("s3://ab", "3 to 255")]
    [InlineData("s3://me dia", "' ' may not")]
    [InlineData("s3://-media", "starts with a letter")]
    [InlineData("s3://me..dia", "two dots")]
    [InlineData("s3://AKIA:secret@media", "never from the address")]
    [InlineData("s3://arn:aws:s3:::media", "is an ARN")]
    public void TryParse_SomethingElse_SaysWhatIsWrong(string? text, string words)
    {
        Assert.False(S3Location.TryParse(text, out _, out var error));
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_ManyWrongSettings_AreAllListed()
    {
        var errors = new S3OriginOptions
        {
            Bucket = "x", Prefix = "/a", Endpoint = new("ftp://h"), Region = "no region", IdleTimeout = TimeSpan.Zero, Retries = 99, Anonymous = true, Profile = "p",
        }.Errors();

        Assert.Equal(7, errors.Count);
        Assert.Empty(new S3OriginOptions { Bucket = "media" }.Errors());
    }

    [Theory]
    [InlineData("http://user:secret@h")]
    [InlineData("http://h/?a=b")]
    public void Errors_EndpointThatIsMoreThanAnAddress_IsRefused(string endpoint)
        => Assert.DoesNotContain("secret", Assert.Single(new S3OriginOptions { Bucket = "media", Endpoint = new(endpoint) }.Errors()), StringComparison.Ordinal);

    [Fact]
    public void Scope_SameBucketBySameEndpoint_IsTheSameWhateverElseDiffers()
    {
        using var one = Make(new() { Bucket = "media", Region = "eu-west-1" });
        using var sameElsewhere = Make(new() { Bucket = "media", Region = "us-west-1", ForcePathStyle = true, Name = "other" });
        using var deeper = Make(new() { Bucket = "media", Prefix = "in" });
        using var custom = Make(new() { Bucket = "media", Endpoint = new("http://h:9000") });

        Assert.Equal("s3://aws/media/", one.Scope);
        Assert.Equal(one.Scope, sameElsewhere.Scope);
        Assert.Equal("s3://aws/media/in/", deeper.Scope);
        Assert.Equal("s3://h:9000/media/", custom.Scope);
        Assert.Equal(("s3:media", "other"), (one.Name, sameElsewhere.Name));
    }

    private static S3Origin Make(S3OriginOptions options) => new(options, new FixedCredentials(), S3Origin.Handler(options, TimeProvider.System), TimeProvider.System, new RecordingLogger());
}
