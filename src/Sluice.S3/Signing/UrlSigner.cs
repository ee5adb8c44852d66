using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>AWS Signature Version 4 in the query of a URL, for one region and any instant. Safe for concurrent use.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html</remarks>
internal sealed class UrlSigner(string region)
{
    /// <summary>The longest a presigned URL may be valid.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(7);

    private const int SignatureLength = 64;
    private readonly SigningKeys keys = new(region, "s3");

    /// <summary>A presigned URL, with the signature last.</summary>
    /// <param name="credentials">Who signs.</param>
    /// <param name="at">The instant the URL becomes valid.</param>
    /// <param name="lifetime">How long it is valid from then: whole seconds, 1 second to 7 days.</param>
    /// <param name="method">Method in upper case.</param>
    /// <param name="place">Where it leads.</param>
    /// <param name="key">The rest of the path, as it is: it is percent-encoded here, once.</param>
    /// <param name="query">Parameters beside the signature's own, such as response-content-disposition.</param>
    /// <param name="known">A signature already known (32 bytes), to put the URL together without computing it; empty: sign.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is out of range.</exception>
    [SkipLocalsInit]
    public string Url(S3Credentials credentials, DateTimeOffset at, TimeSpan lifetime, string method, PresignPlace place, string key, ReadOnlySpan<SignedField> query = default, ReadOnlySpan<byte> known = default)
    {
        if (lifetime.Ticks < TimeSpan.TicksPerSecond || lifetime > MaximumLifetime || lifetime.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "A presigned URL is valid for 1 second to 7 days, in whole seconds.");
        var utc = at.UtcDateTime;
        var signingKey = keys.For(credentials, utc);
        var url = new Utf8Builder(stackalloc byte[1024]);
        url.Append(place.Start);
        url.AppendEncoded(key, keepSlash: true);
        var pathEnd = url.Length;
        url.Append((byte)'?');
        if (ComeLast(query)) AppendQuery(ref url, signingKey, utc, lifetime, query);
        else AppendSortedQuery(ref url, credentials, signingKey, at, lifetime, query);
        Span<byte> signature = stackalloc byte[SignatureLength];
        if (known.IsEmpty) Sign(signingKey, utc, method, url.Written[place.PathAt..pathEnd], url.Written[(pathEnd + 1)..], place.Rest, signature);
        else Convert.TryToHexStringLower(known, signature, out _);
        url.Append("&X-Amz-Signature="u8);
        url.Append(signature);
        var result = Encoding.Latin1.GetString(url.Written);
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

    private static void AppendQuery(scoped ref Utf8Builder url, SigningKey key, DateTime utc, TimeSpan lifetime, scoped ReadOnlySpan<SignedField> query)
    {
        var start = url.Length;
        url.Append(key.Query);
        SigningKey.WriteTime(utc, url.Buffer[(start + key.QueryTime)..]);
        Span<byte> seconds = stackalloc byte[8];
        Utf8Formatter.TryFormat((int)(lifetime.Ticks / TimeSpan.TicksPerSecond), seconds, out var digits);
        url.Append(seconds[..digits]);
        url.Append(key.QueryEnd);
        if (query.IsEmpty) return;
        url.Append((byte)'&');
        CanonicalForm.AppendQuery(ref url, query);
    }

    private static void AppendSortedQuery(scoped ref Utf8Builder url, S3Credentials credentials, SigningKey key, DateTimeOffset at, TimeSpan lifetime, scoped ReadOnlySpan<SignedField> query)
    {
        List<SignedField> fields =
        [
            new("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            new("X-Amz-Credential", $"{credentials.AccessKey}/{Encoding.UTF8.GetString(key.Scope)}"),
            new("X-Amz-Date", SigV4Signer.Timestamp(at)),
            new("X-Amz-Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            new("X-Amz-SignedHeaders", "host"),
        ];
        if (credentials.SessionToken is { } token) fields.Add(new("X-Amz-Security-Token", token));
        foreach (var field in query) fields.Add(field);
        CanonicalForm.AppendQuery(ref url, CollectionsMarshal.AsSpan(fields));
    }

    [SkipLocalsInit]
    private static void Sign(SigningKey key, DateTime utc, string method, scoped ReadOnlySpan<byte> path, scoped ReadOnlySpan<byte> query, scoped ReadOnlySpan<byte> rest, scoped Span<byte> signature)
    {
        var text = new Utf8Builder(stackalloc byte[1024]);
        text.AppendAscii(method);
        text.Append((byte)'\n');
        text.Append(path);
        text.Append((byte)'\n');
        text.Append(query);
        text.Append(rest);
        key.Sign(text.Written, utc, signature);
        text.Dispose();
    }
}
