using System.Globalization;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.Objects;
using Sluice.S3.PresignedUrls;

namespace Sluice.S3.Tests.Signing;

/// <summary>The whole URL equals the one of AWSSDK's GetPreSignedURL for the same instant: addresses of every kind, methods, overrides, session tokens.</summary>
public class UrlSignerSdkAddressTests
{
    private sealed record Place(string? Endpoint, string Bucket, string Region, bool? PathStyle);

    private sealed record Case(Place Place, string Key, string Method, string? Token, int Seconds, IReadOnlyDictionary<string, string> Overrides);

    private static readonly Place[] Places =
    [
        new(null, "media", "eu-central-1", null), new(null, "media.example", "eu-central-1", null), new(null, "media", "eu-central-1", true), new(null, "media", "us-west-2", null),
        new(null, "media", "cn-north-1", null),
        new("http://127.0.0.1:9000", "media", "eu-north-1", true), new("http://127.0.0.1", "media", "eu-north-1", true), new("http://127.0.0.1:80", "media", "eu-north-1", true),
        new("http://s3.example:65535", "media", "eu-north-1", true), new("http://s3.example:443", "media", "eu-north-1", true), new("http://s3.example:8080", "media", "eu-north-1", false),
        new("https://s3.example", "media", "eu-north-1", true), new("https://s3.example", "media", "eu-north-1", false), new("https://s3.example:443", "media", "eu-north-1", true),
        new("https://s3.example:80", "media", "eu-north-1", true), new("https://s3.example:9443", "media", "eu-north-1", false),
        new("http://[::1]", "media", "eu-north-1", true), new("http://[::1]:9000", "media", "eu-north-1", true), new("https://[2001:db8::1]", "media", "eu-north-1", true), new("https://[2001:db8::1]:9443", "media", "eu-north-1", true),
    ];

    private static readonly Gen<string> Key = Gen.Choose(1, 8)
        .SelectMany(count => Gen.Elements("a", "Z", "9", "/", " ", "+", "%", "%2F", "?", "#", "'", "\"", "(", "*", "é", "日本", "🎬", "//", "&", "=", ":", "~", "-", "_", ".", ";").ListOf(count)).Select(parts => "k" + string.Concat(parts));

    private static readonly Gen<Case> Cases =
        from place in Gen.Elements(Places)
        from key in Key
        from method in Gen.Elements("GET", "PUT", "HEAD")
        from token in Gen.Elements(null, "to+k/en=", "FwoGZXIvYXdzEJr")
        from seconds in Gen.Choose(5, 604_800)
        from overrides in Gen.SubListOf("response-content-disposition", "response-content-type", "response-cache-control", "response-expires")
        from value in Key
        select new Case(place, key, method, token, seconds, overrides.ToDictionary(name => name, _ => value));

    [Fact]
    public void Url_AnyAddressMethodAndOverride_EqualsTheSdks() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Cases.ToArbitrary(), Compare));

    [Fact]
    public void Url_EveryAddress_EqualsTheSdks()
    {
        foreach (var place in Places) Compare(new(place, "videos/a b.mp4", "GET", null, 3600, new Dictionary<string, string>()));
    }

    [Theory]
    [InlineData("s3-fips", "us-east-1", null, "https://media.s3-fips.us-east-1.amazonaws.com/")]
    [InlineData("s3.dualstack", "eu-central-1", null, "https://media.s3.dualstack.eu-central-1.amazonaws.com/")]
    [InlineData("s3-fips.dualstack", "us-gov-west-1", true, "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com/media/")]
    [InlineData("s3.dualstack", "cn-north-1", true, "https://s3.dualstack.cn-north-1.amazonaws.com.cn/media/")]
    public void Address_OtherEndpointsOfAws_AreTheSdks(string service, string region, bool? pathStyle, string address)
    {
        var config = new AmazonS3Config
        {
            RegionEndpoint = RegionEndpoint.GetBySystemName(region), ForcePathStyle = pathStyle ?? false, UseFIPSEndpoint = service.Contains("fips", StringComparison.Ordinal), UseDualstackEndpoint = service.Contains("dual", StringComparison.Ordinal),
        };
        using var client = new AmazonS3Client(new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), config);
        Assert.StartsWith(address + "a?", client.GetPreSignedURL(new() { BucketName = "media", Key = "a", Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1) }), StringComparison.Ordinal);
        var ours = S3Address.For(new() { Bucket = "media", Region = region, ForcePathStyle = pathStyle, Service = service });
        Assert.Equal(address, ours.Root + ours.BasePath);
    }

    private static void Compare(Case given)
    {
        var theirs = SdkUrl(given);
        // The SDK signs for the moment it is asked: that moment and validity are read from its URL, and ours is signed for the same.
        var parameters = Parameters(theirs);
        var at = DateTimeOffset.ParseExact(parameters["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var target = new PresignTarget(new() { Bucket = given.Place.Bucket, Endpoint = given.Place.Endpoint is null ? null : new Uri(given.Place.Endpoint), Region = given.Place.Region, ForcePathStyle = given.Place.PathStyle });
        var options = new PresignOptions { Method = given.Method, Query = given.Overrides };
        var ours = target.Url(new(given.Key, options), new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", given.Token), at, TimeSpan.FromSeconds(int.Parse(parameters["X-Amz-Expires"], CultureInfo.InvariantCulture)));
        Assert.Equal(theirs.Split('?')[0], ours.Split('?')[0]);
        Assert.Equal(parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal), Parameters(ours).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    private static string SdkUrl(Case given)
    {
        var config = given.Place.Endpoint is { } endpoint
            ? new AmazonS3Config { ServiceURL = endpoint, AuthenticationRegion = given.Place.Region, ForcePathStyle = given.Place.PathStyle ?? true, UseHttp = endpoint.StartsWith("http:", StringComparison.Ordinal) }
            : new AmazonS3Config { RegionEndpoint = RegionEndpoint.GetBySystemName(given.Place.Region), ForcePathStyle = given.Place.PathStyle ?? false };
        AWSCredentials credentials = given.Token is null
            ? new BasicAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            : new SessionAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", given.Token);
        using var client = new AmazonS3Client(credentials, config);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = given.Place.Bucket, Key = given.Key, Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(given.Seconds),
            Verb = given.Method switch { "PUT" => HttpVerb.PUT, "HEAD" => HttpVerb.HEAD, _ => HttpVerb.GET },
            Protocol = config.ServiceURL?.StartsWith("http:", StringComparison.Ordinal) == true ? Protocol.HTTP : Protocol.HTTPS,
        };
        foreach (var (name, value) in given.Overrides)
        {
            if (name == "response-content-disposition") request.ResponseHeaderOverrides.ContentDisposition = value;
            else if (name == "response-content-type") request.ResponseHeaderOverrides.ContentType = value;
            else if (name == "response-cache-control") request.ResponseHeaderOverrides.CacheControl = value;
            else request.ResponseHeaderOverrides.Expires = value;
        }
        return client.GetPreSignedURL(request);
    }

    private static Dictionary<string, string> Parameters(string url) => url.Split('?')[1].Split('&').ToDictionary(pair => pair.Split('=')[0], pair => pair.Split('=')[1], StringComparer.Ordinal);
}
