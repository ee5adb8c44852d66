using System.Runtime.InteropServices;
using Sluice.S3.Objects;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>A bucket that URLs are made for: where it is, and how its keys become URLs.</summary>
internal sealed class PresignTarget
{
    /// <summary>That who asks pays: a field of a request, or a parameter of a URL.</summary>
    public static readonly SignedField RequesterPays = new("x-amz-request-payer", "requester");

    private readonly UrlSigner signer;
    private readonly PresignPlace place;
    private readonly string prefix;
    private readonly bool requesterPays;

    /// <summary>A bucket by its options; endpoint and region are already looked up.</summary>
    public PresignTarget(S3OriginOptions options)
    {
        Address = S3Address.For(options);
        prefix = options.Prefix.Length == 0 || options.Prefix.EndsWith('/') ? options.Prefix : options.Prefix + "/";
        place = new(Address.Root, Address.BasePath + CanonicalForm.Path(prefix), Address.Host);
        signer = new(Address.Region);
        requesterPays = options.RequesterPays;
    }

    public S3Address Address { get; }

    public string Region => Address.Region;

    /// <summary>Endpoint and region not given are looked up as the AWS tools do.</summary>
    /// <exception cref="ArgumentException">The options will not do.</exception>
    public static PresignTarget Create(S3OriginOptions options) => new(S3Origin.Resolve(options));

    /// <summary>What is wrong with a path; null when nothing is.</summary>
    public string? Error(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty) return "The path names no object: a presigned URL is for one key.";
        if ((prefix.Length + path.Length) * 3 > S3ObjectKey.MaximumBytes && System.Text.Encoding.UTF8.GetByteCount(prefix) + System.Text.Encoding.UTF8.GetByteCount(path) > S3ObjectKey.MaximumBytes) return $"The key is longer than {S3ObjectKey.MaximumBytes} bytes, which S3 does not take.";
        if (path.Contains('\0')) return "The key holds a NUL character, which S3 does not take.";
        if (prefix.Length == 0) return null;
        // An intermediary that tidies paths would leave the prefix.
        foreach (var segment in path.Split('/'))
            if (path[segment] is "." or "..") return "A key below a prefix may not have a segment '.' or '..'.";
        return null;
    }

    /// <summary>Where in its period a URL begins: by the whole key, so that a prefix or none makes no difference.</summary>
    public ulong HashOf(PresignKey key) => PresignKey.Hash(key.Path, key.Options.Variant, prefix);

    /// <summary>The URL without a signature (the entry's originalUrl).</summary>
    public string OriginalUrl(string path) => Address.Root + Address.BasePath + CanonicalForm.Path(prefix + path);

    /// <summary>Signs; or, with a signature known, puts the URL together without computing it.</summary>
    public string Url(PresignKey key, S3Credentials credentials, DateTimeOffset signedAt, TimeSpan lifetime, ReadOnlySpan<byte> known = default)
    {
        var options = key.Options;
        if (options.Query.Count == 0 && !requesterPays) return signer.Url(credentials, signedAt, lifetime, options.Method, place, key.Path, default, known);
        var query = new List<SignedField>(options.Query.Count + 1);
        foreach (var (name, value) in options.Query) query.Add(new(name, value));
        if (requesterPays) query.Add(RequesterPays);
        return signer.Url(credentials, signedAt, lifetime, options.Method, place, key.Path, CollectionsMarshal.AsSpan(query), known);
    }
}
