using System.Globalization;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>AWS Signature Version 4 in the Authorization header, for one region and any instant; <see cref="UrlSigner"/> puts it into a URL. Safe for concurrent use.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html</remarks>
internal sealed class SigV4Signer(string region, string service = "s3")
{
    /// <summary>SHA-256 of nothing: the payload of every request without a body.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The payload of a request whose body is not known when it is signed.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private const int SignatureLength = 64;
    private readonly SigningKeys keys = new(region, service);

    /// <summary>The instant as x-amz-date and X-Amz-Date spell it.</summary>
    public static string Timestamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value of the Authorization header.</summary>
    /// <param name="credentials">Who signs.</param>
    /// <param name="at">When; the same instant as the x-amz-date (or date) field.</param>
    /// <param name="request">What is signed.</param>
    /// <param name="query">The query in canonical order as <see cref="CanonicalForm.Query"/> makes it; empty for none.</param>
    public string Authorization(S3Credentials credentials, DateTimeOffset at, in SigV4Request request, string query)
    {
        CanonicalForm.Sort(request.Headers);
        var line = new Utf8Builder(stackalloc byte[512]);
        line.Append(query);
        Span<byte> signature = stackalloc byte[SignatureLength];
        var key = keys.For(credentials, at.UtcDateTime);
        Sign(key, at.UtcDateTime, request, line.Written, signature);

        var value = new Utf8Builder(stackalloc byte[512]);
        value.Append("AWS4-HMAC-SHA256 Credential="u8);
        value.Append(credentials.AccessKey);
        value.Append((byte)'/');
        value.Append(key.Scope);
        value.Append(",SignedHeaders="u8);
        CanonicalForm.AppendNames(ref value, request.Headers);
        value.Append(",Signature="u8);
        value.Append(signature);
        var result = Encoding.UTF8.GetString(value.Written);
        line.Dispose();
        value.Dispose();
        return result;
    }

    private static void Sign(SigningKey key, DateTime utc, in SigV4Request request, scoped ReadOnlySpan<byte> query, scoped Span<byte> signature)
    {
        var text = new Utf8Builder(stackalloc byte[1024]);
        text.Append(request.Method);
        text.Append((byte)'\n');
        text.Append(request.Path);
        text.Append((byte)'\n');
        text.Append(query);
        text.Append((byte)'\n');
        CanonicalForm.AppendHeaders(ref text, request.Headers);
        text.Append((byte)'\n');
        CanonicalForm.AppendNames(ref text, request.Headers);
        text.Append((byte)'\n');
        text.Append(request.Payload);
        key.Sign(text.Written, utc, signature);
        text.Dispose();
    }
}
