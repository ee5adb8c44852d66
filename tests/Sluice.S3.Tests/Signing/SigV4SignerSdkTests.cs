using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Amazon.S3;
using Amazon.S3.Model;
using FsCheck;
using FsCheck.Fluent;
using Sluice.S3.Signing;

namespace Sluice.S3.Tests.Signing;

/// <summary>Our signature equals the SDK's for the same instant, whatever the key, the headers and the parameters.</summary>
/// <remarks>One difference is left out: the SDK sorts parameters before encoding them ("a{" after "a-"), the specification after (see <see cref="CanonicalFormTests"/>).</remarks>
public class SigV4SignerSdkTests
{
    private static readonly string[] Oddities = [" ", "+", "%", "%2F", "?", "#", "'", "(", ")", "*", "!", "//", "..", "/", "&", "=", ":", "@", "~", "-", "_", ".", "é", "日本", "🎬", "\"", "<", "a", "Z", "9", ";", ",", "$", "[", "{"];

    private static readonly Gen<string> Text = Gen.Choose(1, 12).SelectMany(count => Gen.Elements(Oddities).ListOf(count)).Select(string.Concat);

    private static readonly Gen<string> HeaderValue = Gen.Choose(1, 8).SelectMany(count => Gen.Elements("a", "B", "7", " ", "  ", "\"", "=", "-", "/").ListOf(count)).Select(parts => "x" + string.Concat(parts) + "x");

    private sealed record Case(string Key, string Secret, string? Token, IReadOnlyList<(string Name, string Value)> Headers, IReadOnlyList<(string Name, string Value)> Query, int Second)
    {
        public override string ToString() => $"key '{Key}', secret '{Secret}', token '{Token}', headers {string.Join(", ", Headers)}, query {string.Join(", ", Query)}, at {Second}";
    }

    private static readonly Gen<Case> Cases =
        from key in Text
        from secret in Text
        from token in Gen.OneOf(Gen.Constant<string?>(null), Text.Select(text => (string?)text))
        from headers in Pairs(Gen.Elements("range", "if-match", "x-amz-meta-a", "x-amz-meta-b", "x-amz-version", "content-type"), HeaderValue)
        from query in Pairs(Gen.Elements("response-content-disposition", "versionId", "prefix", "max-keys", "a+", "a-", "Z z"), Text)
        from second in Gen.Choose(0, 2_000_000_000)
        select new Case(key, secret, token, headers, query, second);

    [Fact]
    public void Authorization_AnyRequest_EqualsTheSdks()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(10_000), Prop.ForAll(Cases.ToArbitrary(), given =>
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(given.Second);
            var sdk = SdkRequest(given);
            sdk.Headers["X-Amz-Content-SHA256"] = SigV4Signer.EmptyPayload;
            if (given.Token is { } token) sdk.Headers["x-amz-security-token"] = token;
            var theirs = new AWS4Signer().SignRequest(sdk, new AmazonS3Config { AuthenticationRegion = "eu-north-1" }, new RequestMetrics(), "A:K", given.Secret, at.UtcDateTime);

            var headers = given.Headers.Select(pair => new SignedField(pair.Name, pair.Value))
                .Append(new("host", "127.0.0.1:9000")).Append(new("x-amz-date", SigV4Signer.Timestamp(at)))
                .Append(new("x-amz-content-sha256", SigV4Signer.EmptyPayload)).ToList();
            if (given.Token is not null) headers.Add(new("x-amz-security-token", given.Token));
            var request = new SigV4Request { Method = "GET", Path = "/" + CanonicalForm.Path(given.Key), Headers = headers.ToArray(), Payload = SigV4Signer.EmptyPayload };
            var ours = new SigV4Signer("eu-north-1").Authorization(new("A:K", given.Secret, given.Token), at, request, OurQuery(given));

            Assert.Equal(theirs.ForAuthorizationHeader.Replace(", ", ",", StringComparison.Ordinal), ours);
        }));

    [Fact]
    public void PresignedUrl_AnyRequest_EqualsTheSdks()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(10_000), Prop.ForAll(Cases.ToArbitrary(), given =>
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(given.Second);
            var sdk = SdkRequest(given with { Headers = [] });
            sdk.Parameters["X-Amz-Expires"] = "3600";
            if (given.Token is { } token) sdk.Parameters["X-Amz-Security-Token"] = token;
            var theirs = AWS4PreSignedUrlSigner.SignRequest(sdk, new AmazonS3Config { AuthenticationRegion = "eu-north-1" }, new RequestMetrics(), "A:K", given.Secret, "s3", null, at.UtcDateTime);

            var ours = new UrlSigner("eu-north-1").Url(new("A:K", given.Secret, given.Token), at, TimeSpan.FromHours(1), "GET", new("http://127.0.0.1:9000", "/", "127.0.0.1:9000"), given.Key,
                given.Query.Select(pair => new SignedField(pair.Name, pair.Value)).ToArray());

            Assert.EndsWith("&X-Amz-Signature=" + theirs.Signature, ours, StringComparison.Ordinal);
        }));

    private static Gen<IReadOnlyList<(string, string)>> Pairs(Gen<string> names, Gen<string> values)
        => from count in Gen.Choose(0, 4)
           from keys in names.ListOf(count)
           from texts in values.ListOf(count)
           select (IReadOnlyList<(string, string)>)keys.Zip(texts).DistinctBy(pair => pair.First).ToArray();

    private static string OurQuery(Case given) => CanonicalForm.Query(given.Query.Select(pair => new SignedField(pair.Name, pair.Value)).ToArray());

    private static DefaultRequest SdkRequest(Case given)
    {
        var request = new DefaultRequest(new GetObjectRequest(), "AmazonS3")
        {
            HttpMethod = "GET", Endpoint = new Uri("http://127.0.0.1:9000"), ResourcePath = "/{Key+}", UseQueryString = true,
        };
        request.AddPathResource("{Key+}", given.Key);
        foreach (var (name, value) in given.Headers) request.Headers[name] = value;
        foreach (var (name, value) in given.Query) request.Parameters[name] = value;
        return request;
    }
}
