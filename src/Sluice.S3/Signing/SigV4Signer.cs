using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>AWS Signature Version 4 for one region, for any instant: in the Authorization header or in the query (a presigned URL). Safe for concurrent use.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html</remarks>
internal sealed class SigV4Signer(string region, string service = "s3")
{
    /// <summary>SHA-256 of nothing: the payload of every request without a body.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The payload of a request whose body is not known when it is signed.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>The longest a presigned URL may be valid.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(7);

    private const int SignatureLength = 64;
    private readonly SigningKeys keys = new(region, service);

    /// <summary>The region the signatures hold for.</summary>
    public string Region => region;

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
        Sign(credentials, at.UtcDateTime, request, line.Written, signature);

        var value = new Utf8Builder(stackalloc byte[512]);
        value.Append("AWS4-HMAC-SHA256 Credential="u8);
        value.Append(credentials.AccessKey);
        value.Append((byte)'/');
        AppendScope(ref value, at.UtcDateTime);
        value.Append(",SignedHeaders="u8);
        CanonicalForm.AppendNames(ref value, request.Headers);
        value.Append(",Signature="u8);
        value.Append(signature);
        var result = Encoding.UTF8.GetString(value.Written);
        line.Dispose();
        value.Dispose();
        return result;
    }

    /// <summary>A presigned URL: <paramref name="origin"/> (scheme and host, no slash), path and query, with the signature last.</summary>
    /// <param name="credentials">Who signs.</param>
    /// <param name="at">The instant the URL becomes valid.</param>
    /// <param name="lifetime">How long it is valid from then: whole seconds, 1 second to 7 days.</param>
    /// <param name="origin">Scheme, host and port of the URL.</param>
    /// <param name="request">What is signed; the headers at least Host.</param>
    /// <param name="query">Parameters beside the signature's own, such as response-content-disposition.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is out of range.</exception>
    public string PresignedUrl(S3Credentials credentials, DateTimeOffset at, TimeSpan lifetime, string origin, in SigV4Request request, params ReadOnlySpan<SignedField> query)
        => PresignedUrl(credentials, at, lifetime, origin, request, default, query);

    /// <summary>The same, with a signature that is already known (32 bytes) instead of a new one; empty: sign.</summary>
    public string PresignedUrl(S3Credentials credentials, DateTimeOffset at, TimeSpan lifetime, string origin, in SigV4Request request, ReadOnlySpan<byte> known, ReadOnlySpan<SignedField> query)
    {
        if (lifetime < TimeSpan.FromSeconds(1) || lifetime > MaximumLifetime || lifetime.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "A presigned URL is valid for 1 second to 7 days, in whole seconds.");
        CanonicalForm.Sort(request.Headers);
        var utc = at.UtcDateTime;
        var own = credentials.SessionToken is null ? 5 : 6;
        var fields = new SignedField[own + query.Length];
        fields[0] = new("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        fields[1] = new("X-Amz-Credential", Credential(credentials.AccessKey, utc));
        fields[2] = new("X-Amz-Date", Timestamp(at));
        fields[3] = new("X-Amz-Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        fields[own - 1] = new("X-Amz-SignedHeaders", Names(request.Headers));
        if (credentials.SessionToken is { } token) fields[4] = new("X-Amz-Security-Token", token);
        query.CopyTo(fields.AsSpan(own));

        var url = new Utf8Builder(stackalloc byte[1024]);
        url.Append(origin);
        url.Append(request.Path);
        url.Append((byte)'?');
        var start = url.Length;
        CanonicalForm.AppendQuery(ref url, fields);
        Span<byte> signature = stackalloc byte[SignatureLength];
        if (known.IsEmpty) Sign(credentials, utc, request, url.Written[start..], signature);
        else Convert.TryToHexStringLower(known, signature, out _);
        url.Append("&X-Amz-Signature="u8);
        url.Append(signature);
        var result = Encoding.UTF8.GetString(url.Written);
        url.Dispose();
        return result;
    }

    private void Sign(S3Credentials credentials, DateTime utc, in SigV4Request request, scoped ReadOnlySpan<byte> query, scoped Span<byte> signature)
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
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text.Written, hash);
        text.Dispose();

        var toSign = new Utf8Builder(stackalloc byte[256]);
        toSign.Append("AWS4-HMAC-SHA256\n"u8);
        Span<byte> stamp = stackalloc byte[16];
        utc.TryFormat(stamp, out _, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        toSign.Append(stamp);
        toSign.Append((byte)'\n');
        AppendScope(ref toSign, utc);
        toSign.Append((byte)'\n');
        toSign.AppendHex(hash);
        HMACSHA256.HashData(keys.For(credentials.SecretKey, utc), toSign.Written, hash);
        toSign.Dispose();
        Convert.TryToHexStringLower(hash, signature, out _);
    }

    private void AppendScope(scoped ref Utf8Builder target, DateTime utc)
    {
        Span<byte> date = stackalloc byte[8];
        utc.TryFormat(date, out _, "yyyyMMdd", CultureInfo.InvariantCulture);
        target.Append(date);
        target.Append((byte)'/');
        target.Append(region);
        target.Append((byte)'/');
        target.Append(service);
        target.Append("/aws4_request"u8);
    }

    private string Credential(string accessKey, DateTime utc)
    {
        var text = new Utf8Builder(stackalloc byte[128]);
        text.Append(accessKey);
        text.Append((byte)'/');
        AppendScope(ref text, utc);
        var credential = Encoding.UTF8.GetString(text.Written);
        text.Dispose();
        return credential;
    }

    private static string Names(scoped ReadOnlySpan<SignedField> headers)
    {
        if (headers.Length == 1) return headers[0].Name;
        var text = new Utf8Builder(stackalloc byte[128]);
        CanonicalForm.AppendNames(ref text, headers);
        var names = Encoding.UTF8.GetString(text.Written);
        text.Dispose();
        return names;
    }
}
