using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Access;

/// <summary>
/// Signed URLs of variants: HMAC-SHA256, in base64url without padding, over "sluice-video-1", the path, and the query's parameters in ordinal order, one a line.
/// Each parameter is decoded and escaped anew, so that it does not matter how a client writes it. Neither the signature itself nor the switches for debugging are signed.
/// </summary>
public static class UrlSignature
{
    private const string Version = "sluice-video-1";

    /// <summary>Signs a request for a variant.</summary>
    /// <param name="path">The path in the edge's normal form, with its leading slash.</param>
    /// <param name="query">The query, with or without its question mark; what it holds of an older signature is replaced.</param>
    /// <param name="key">The key.</param>
    /// <param name="expires">Until when the URL is good, to the second; null for ever.</param>
    /// <returns>The whole query with its question mark.</returns>
    public static string Sign(string path, string query, SigningKey key, DateTimeOffset? expires = null)
    {
        var signed = new StringBuilder();
        foreach (var pair in Pairs(query))
            if (!Is(pair, "keyid") && !Is(pair, "expires") && !Is(pair, "signature"))
                signed.Append(signed.Length == 0 ? '?' : '&').Append(pair);
        signed.Append(signed.Length == 0 ? '?' : '&').Append("keyid=").Append(Uri.EscapeDataString(key.Id));
        if (expires is { } end) signed.Append(CultureInfo.InvariantCulture, $"&expires={end.ToUnixTimeSeconds()}");
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(key, Text(path, signed.ToString()), hash);
        return signed.Append("&signature=").Append(Base64Url.EncodeToString(hash)).ToString();
    }

    /// <summary>Null when the request bears a good signature of one of the keys, else what is wrong with it.</summary>
    internal static VideoErrorType? Check(ReadOnlySpan<char> path, ReadOnlySpan<char> query, ref readonly ParameterSet parameters, IReadOnlyList<SigningKey> keys, TimeProvider time)
    {
        if (!parameters.Has(VideoParameter.Signature)) return VideoErrorType.SignatureRequired;
        Span<byte> sent = stackalloc byte[HMACSHA256.HashSizeInBytes];
        // Before anything is computed: only one text stands for a signature, so that what follows is fixed in length.
        var text = parameters[VideoParameter.Signature];
        if (text.Length != 43 || !Base64Url.TryDecodeFromChars(text, sent, out var written) || written != sent.Length) return VideoErrorType.SignatureInvalid;
        var bytes = Text(path, query);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isGood = false;
        foreach (var key in keys)
        {
            if (parameters.Has(VideoParameter.KeyId) && !parameters[VideoParameter.KeyId].SequenceEqual(key.Id)) continue;
            Compute(key, bytes, hash);
            isGood |= CryptographicOperations.FixedTimeEquals(hash, sent);
        }
        if (!isGood) return VideoErrorType.SignatureInvalid;
        if (!parameters.Has(VideoParameter.Expires)) return null;
        return long.TryParse(parameters[VideoParameter.Expires], NumberStyles.None, CultureInfo.InvariantCulture, out var end) && time.GetUtcNow().ToUnixTimeSeconds() < end
            ? null : VideoErrorType.SignatureExpired;
    }

    private static void Compute(SigningKey key, byte[] text, Span<byte> hash) => HMACSHA256.HashData(key.Secret, text, hash);

    private static byte[] Text(ReadOnlySpan<char> path, ReadOnlySpan<char> query)
    {
        var pairs = new List<string>();
        foreach (var pair in Pairs(query.ToString()))
            if (!Is(pair, "signature") && !IsSwitch(pair))
                pairs.Add(Escape(pair));
        pairs.Sort(StringComparer.Ordinal);
        return Encoding.UTF8.GetBytes($"{Version}\n{path}\n{string.Join('\n', pairs)}");
    }

    private static string[] Pairs(string query) => query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);

    private static bool Is(string pair, string name) => pair.StartsWith(name, StringComparison.Ordinal) && (pair.Length == name.Length || pair[name.Length] == '=');

    // An operator may look into a signed URL too; who is one is decided elsewhere.
    private static bool IsSwitch(string pair) => Is(pair, "debug") || Is(pair, "no-kv-cache") || Is(pair, "nocache") || Is(pair, "bypass");

    private static string Escape(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? One(pair) : $"{One(pair[..equals])}={One(pair[(equals + 1)..])}";

        static string One(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text.Replace('+', ' ')));
    }
}
