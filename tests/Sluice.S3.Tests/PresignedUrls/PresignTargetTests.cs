using Sluice.S3.PresignedUrls;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.PresignedUrls;

/// <summary>Where URLs point: both styles, schemes, ports, addresses; and that the signature covers just that.</summary>
public class PresignTargetTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(null, "media", null, "https://media.s3.eu-central-1.amazonaws.com/a%20b.mp4?")]
    [InlineData(null, "media.example", null, "https://s3.eu-central-1.amazonaws.com/media.example/a%20b.mp4?")]
    [InlineData(null, "media", true, "https://s3.eu-central-1.amazonaws.com/media/a%20b.mp4?")]
    [InlineData("http://127.0.0.1:9000", "media", null, "http://127.0.0.1:9000/media/a%20b.mp4?")]
    [InlineData("https://s3.example", "media", false, "https://media.s3.example/a%20b.mp4?")]
    [InlineData("https://s3.example:443", "media", null, "https://s3.example/media/a%20b.mp4?")]
    [InlineData("https://s3.example:80", "media", null, "https://s3.example:80/media/a%20b.mp4?")]
    [InlineData("http://s3.example:65535/base/", "media", null, "http://s3.example:65535/base/media/a%20b.mp4?")]
    [InlineData("http://[::1]:9000", "media", null, "http://[::1]:9000/media/a%20b.mp4?")]
    [InlineData("https://[2001:db8::1]", "media", null, "https://[2001:db8::1]/media/a%20b.mp4?")]
    public void Url_AnyAddress_IsWrittenAndSignedAsTheServerSeesIt(string? endpoint, string bucket, bool? pathStyle, string start)
    {
        var target = new PresignTarget(new() { Bucket = bucket, Endpoint = endpoint is null ? null : new Uri(endpoint), Region = "eu-central-1", ForcePathStyle = pathStyle });
        var url = target.Url(new("a b.mp4", PresignOptions.Default), PresignBed.Key, At, TimeSpan.FromHours(1));
        Assert.StartsWith(start, url, StringComparison.Ordinal);
        // Signed again from the text alone, as the server does it: the Host field is what a client sends for this URL.
        var uri = new Uri(url);
        var host = uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}";
        Assert.Equal(PresignBed.Parameter(url, "X-Amz-Signature"), ServersSignature(url, host));
    }

    [Fact]
    public void Url_SessionToken_IsPartOfTheQueryAndOfWhatIsSigned()
    {
        var target = new PresignTarget(PresignBed.Bucket);
        var one = target.Url(new("a", PresignOptions.Default), PresignBed.Key with { SessionToken = "to+k/en=" }, At, TimeSpan.FromHours(1));
        var two = target.Url(new("a", PresignOptions.Default), PresignBed.Key with { SessionToken = "other" }, At, TimeSpan.FromHours(1));
        Assert.Equal("to%2Bk%2Fen%3D", PresignBed.Parameter(one, "X-Amz-Security-Token"));
        Assert.Equal(PresignBed.Parameter(one, "X-Amz-Signature"), ServersSignature(one, "127.0.0.1:9000"));
        Assert.NotEqual(PresignBed.Parameter(one, "X-Amz-Signature"), PresignBed.Parameter(two, "X-Amz-Signature"));
    }

    [Fact]
    public void Url_OverridesInAnyOrder_AreSortedAndSigned()
    {
        var options = new PresignOptions { Query = new Dictionary<string, string> { ["versionId"] = "a/b", ["response-content-type"] = "é", ["partNumber"] = "1" } };
        Assert.Empty(options.Errors());
        var url = new PresignTarget(PresignBed.Bucket).Url(new("a", options), PresignBed.Key, At, TimeSpan.FromHours(1));
        Assert.Contains("&X-Amz-SignedHeaders=host&partNumber=1&response-content-type=%C3%A9&versionId=a%2Fb&X-Amz-Signature=", url, StringComparison.Ordinal);
        Assert.Equal(PresignBed.Parameter(url, "X-Amz-Signature"), ServersSignature(url, "127.0.0.1:9000"));
    }

    [Theory]
    [InlineData("", "names no object")]
    [InlineData("x\0", "NUL")]
    [InlineData("../secret", "'..'")]
    [InlineData("a/./b", "'.'")]
    public void Error_PathBelowAPrefix_SaysWhy(string path, string reason) =>
        Assert.Contains(reason, new PresignTarget(PresignBed.Bucket with { Prefix = "public" }).Error(path), StringComparison.Ordinal);

    [Fact]
    public void Error_LongKey_IsMeasuredInBytes()
    {
        var target = new PresignTarget(PresignBed.Bucket with { Prefix = "p" });
        Assert.Null(target.Error(new string('é', 511)));
        Assert.NotNull(target.Error(new string('é', 512)));
    }

    [Fact]
    public void HashOf_PrefixOrWholeKey_IsTheSamePeriod() =>
        Assert.Equal(new PresignTarget(PresignBed.Bucket).HashOf(new("videos/a.mp4", PresignOptions.Default)), new PresignTarget(PresignBed.Bucket with { Prefix = "videos" }).HashOf(new("a.mp4", PresignOptions.Default)));

    [Theory]
    [InlineData("DELETE", null)]
    [InlineData("GET", "x-amz-acl")]
    [InlineData("GET", "X-Amz-Expires")]
    public void Errors_MethodOrParameterThatIsNotOffered_AreNamed(string method, string? parameter)
    {
        var options = new PresignOptions { Method = method, Query = parameter is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [parameter] = "1" } };
        Assert.Contains($"'{parameter ?? method}' cannot be", Assert.Single(options.Errors()), StringComparison.Ordinal);
    }

    private static string ServersSignature(string url, string host)
    {
        var path = url[(url.IndexOf('/', url.IndexOf("//", StringComparison.Ordinal) + 2))..url.IndexOf('?', StringComparison.Ordinal)];
        var query = url[(url.IndexOf('?', StringComparison.Ordinal) + 1)..url.IndexOf("&X-Amz-Signature=", StringComparison.Ordinal)];
        var request = new SigV4Request { Method = "GET", Path = path, Headers = new[] { new SignedField("host", host) }, Payload = SigV4Signer.UnsignedPayload };
        var authorization = new SigV4Signer("eu-central-1").Authorization(PresignBed.Key, At, request, query);
        return authorization[(authorization.IndexOf("Signature=", StringComparison.Ordinal) + 10)..];
    }
}
