using System.Security.Cryptography;
using System.Text;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.Signing;

/// <summary>The worked examples of AWS's documentation: "Authenticating Requests" (header and query form) and the SigV4 test suite.</summary>
public class SigV4SignerVectorTests
{
    private static readonly S3Credentials Example = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static readonly DateTimeOffset May2013 = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);
    private static readonly SignedField Host = new("host", "examplebucket.s3.amazonaws.com");
    private static readonly SignedField Date = new("x-amz-date", "20130524T000000Z");
    private readonly SigV4Signer signer = new("us-east-1");

    [Fact]
    public void GetObject_WithRange_IsSignedAsPublished()
        => Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            Sign("GET", "/test.txt", "", new SignedField("range", "bytes=0-9")));

    [Fact]
    public void PutObject_WithBodyAndStorageClass_IsSignedAsPublished()
    {
        const string body = "Welcome to Amazon S3.";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        var headers = new SignedField[]
        {
            new("x-amz-storage-class", "REDUCED_REDUNDANCY"), new("date", "Fri, 24 May 2013 00:00:00 GMT"), Host, Date, new("x-amz-content-sha256", hash),
        };
        var request = new SigV4Request { Method = "PUT", Path = "/" + CanonicalForm.Path("test$file.text"), Headers = headers, Payload = hash };

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            signer.Authorization(Example, May2013, request, ""));
    }

    [Fact]
    public void GetBucketLifecycle_IsSignedAsPublished()
        => Assert.EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            Sign("GET", "/", CanonicalForm.Query([new("lifecycle", "")])), StringComparison.Ordinal);

    [Fact]
    public void ListObjects_IsSignedAsPublished()
        => Assert.EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            Sign("GET", "/", CanonicalForm.Query([new("prefix", "J"), new("max-keys", "2")])), StringComparison.Ordinal);

    [Fact]
    public void PresignedUrl_IsAsPublished()
    {
        var place = new PresignPlace("https://examplebucket.s3.amazonaws.com", "/", "examplebucket.s3.amazonaws.com");

        Assert.Equal(
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            new UrlSigner("us-east-1").Url(Example, May2013, TimeSpan.FromDays(1), "GET", place, "test.txt"));
    }

    [Theory]
    [InlineData("", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")] // get-vanilla
    [InlineData("Param2=value2&Param1=value1", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")] // get-vanilla-query-order-key-case
    [InlineData("", " value1 ;  \"a   b   c\" ", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")] // get-header-value-trim
    public void SuiteExample_IsSignedAsPublished(string query, string values, string signature)
    {
        var credentials = new S3Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        var fields = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => new SignedField(pair.Split('=')[0], pair.Split('=')[1])).ToArray();
        var headers = new[] { new SignedField("host", "example.amazonaws.com"), new SignedField("x-amz-date", "20150830T123600Z") }
            .Concat(values.Split(';', StringSplitOptions.RemoveEmptyEntries).Select((value, i) => new SignedField($"my-header{i + 1}", value))).ToArray();
        var request = new SigV4Request { Method = "GET", Path = "/", Headers = headers, Payload = SigV4Signer.EmptyPayload };

        var actual = new SigV4Signer("us-east-1", "service").Authorization(credentials, new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero), request, CanonicalForm.Query(fields));

        Assert.EndsWith(signature, actual, StringComparison.Ordinal);
    }

    [Fact]
    public void PresignedUrl_LifetimeOutOfRange_IsRefused()
    {
        foreach (var seconds in new[] { 0, -1, 0.5, 1.5, 7 * 86_400 + 1 })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new UrlSigner("us-east-1").Url(Example, May2013, TimeSpan.FromSeconds(seconds), "GET", new("https://h", "/", "h"), "k"));
        }
    }

    [Fact]
    public void Authorization_AfterMidnightAndWithAnotherSecret_UsesAnotherKey()
    {
        var signatures = new HashSet<string>();
        foreach (var (secret, day) in new[] { ("a", 24), ("a", 25), ("b", 25), ("a", 26), ("b", 24) })
        {
            var request = new SigV4Request { Method = "GET", Path = "/k", Headers = new[] { Host }, Payload = SigV4Signer.EmptyPayload };
            var at = new DateTimeOffset(2013, 5, day, 0, 0, 0, TimeSpan.Zero);
            var cached = signer.Authorization(new("id", secret), at, request, "");
            Assert.Equal(new SigV4Signer("us-east-1").Authorization(new("id", secret), at, request, ""), cached);
            signatures.Add(cached);
        }
        Assert.Equal(5, signatures.Count);
    }

    [Fact]
    public void Credentials_AsText_HoldNoSecret()
    {
        var text = new S3Credentials("AKIA", "sesame", "token").ToString();
        Assert.DoesNotContain("AKIA", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", text, StringComparison.Ordinal);
        Assert.DoesNotContain("=", text, StringComparison.Ordinal);
    }

    private string Sign(string method, string path, string query, params SignedField[] more)
    {
        var headers = more.Concat([new("x-amz-content-sha256", SigV4Signer.EmptyPayload), Date, Host]).ToArray();
        return signer.Authorization(Example, May2013, new SigV4Request { Method = method, Path = path, Headers = headers, Payload = SigV4Signer.EmptyPayload }, query);
    }
}
