using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
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
        var key = keys.For(credentials, utc);
        var url = new Utf8Builder(stackalloc byte[1024]);
        url.Append(origin);
        url.Append(request.Path);
        url.Append((byte)'?');
        var start = url.Length;
        if (ComeLast(query)) AppendQuery(ref url, key, utc, lifetime, request.Headers, query);
        else AppendSortedQuery(ref url, credentials, key, at, lifetime, request.Headers, query);
        Span<byte> signature = stackalloc byte[SignatureLength];
        if (known.IsEmpty) Sign(key, utc, request, url.Written[start..], signature);
        else Convert.TryToHexStringLower(known, signature, out _);
        url.Append("&X-Amz-Signature="u8);
        url.Append(signature);
        var result = Encoding.UTF8.GetString(url.Written);
        url.Dispose();
        return result;
    }

    // Lower-case names sort after all of the signature's own, so those can be written in order straight away.
    private static bool ComeLast(ReadOnlySpan<SignedField> query)
    {
        foreach (var field in query)
            if (field.Name.Length == 0 || field.Name[0] is < 'a' or > 'z') return false;
        return true;
    }

    private static void AppendQuery(scoped ref Utf8Builder url, SigningKey key, DateTime utc, TimeSpan lifetime, scoped ReadOnlySpan<SignedField> headers, scoped ReadOnlySpan<SignedField> query)
    {
        Span<byte> text = stackalloc byte[SigningKey.StampLength];
        url.Append("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="u8);
        url.Append(key.Credential);
        url.Append("&X-Amz-Date="u8);
        key.WriteStamp(utc, text);
        url.Append(text);
        url.Append("&X-Amz-Expires="u8);
        Utf8Formatter.TryFormat((long)lifetime.TotalSeconds, text, out var digits);
        url.Append(text[..digits]);
        if (key.Token.Length > 0)
        {
            url.Append("&X-Amz-Security-Token="u8);
            url.Append(key.Token);
        }
        url.Append("&X-Amz-SignedHeaders="u8);
        if (headers.Length == 1) url.Append(headers[0].Name);
        else url.AppendEncoded(Names(headers), keepSlash: false);
        if (query.IsEmpty) return;
        url.Append((byte)'&');
        CanonicalForm.AppendQuery(ref url, query);
    }

    private static void AppendSortedQuery(scoped ref Utf8Builder url, S3Credentials credentials, SigningKey key, DateTimeOffset at, TimeSpan lifetime, scoped ReadOnlySpan<SignedField> headers, scoped ReadOnlySpan<SignedField> query)
    {
        List<SignedField> fields =
        [
            new("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            new("X-Amz-Credential", $"{credentials.AccessKey}/{Encoding.UTF8.GetString(key.Scope)}"),
            new("X-Amz-Date", Timestamp(at)),
            new("X-Amz-Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            new("X-Amz-SignedHeaders", Names(headers)),
        ];
        if (credentials.SessionToken is { } token) fields.Add(new("X-Amz-Security-Token", token));
        foreach (var field in query) fields.Add(field);
        CanonicalForm.AppendQuery(ref url, CollectionsMarshal.AsSpan(fields));
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
        Span<byte> hash = stackalloc byte[Sha256.Size];
        Sha256.Hash(text.Written, hash);
        text.Dispose();

        var toSign = new Utf8Builder(stackalloc byte[256]);
        toSign.Append("AWS4-HMAC-SHA256\n"u8);
        Span<byte> stamp = stackalloc byte[SigningKey.StampLength];
        key.WriteStamp(utc, stamp);
        toSign.Append(stamp);
        toSign.Append((byte)'\n');
        toSign.Append(key.Scope);
        toSign.Append((byte)'\n');
        toSign.AppendHex(hash);
        key.Sign(toSign.Written, hash);
        toSign.Dispose();
        Convert.TryToHexStringLower(hash, signature, out _);
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
