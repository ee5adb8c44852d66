using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Catalog.Uploads;

/// <summary>Signs upload URLs of this program's own: for one video, for a while. The key is shared by all processes of a catalog.</summary>
internal sealed class UploadTokens(byte[] key, TimeProvider time)
{
    /// <summary>A key to begin with, as text.</summary>
    public static string NewKey() => Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Path and query to PUT a video's file to.</summary>
    public string Sign(Guid video, TimeSpan validity)
    {
        var expires = (time.GetUtcNow() + validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"/v1/uploads/{video}?expires={expires}&signature={Signature(video, expires)}";
    }

    /// <summary>Null when the signature is good and its time not over; otherwise what is wrong.</summary>
    public string? Refuse(Guid video, string? expires, string? signature)
    {
        if (expires is null || signature is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Signature(video, expires)), Encoding.UTF8.GetBytes(signature))) return "This is not an upload URL as it was given.";
        return long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && time.GetUtcNow().ToUnixTimeSeconds() < end ? null : "The time of this upload URL is over.";
    }

    private string Signature(Guid video, string expires) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"upload\n{video}\n{expires}")));
}
