using System.Security.Cryptography;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>The signing keys of one region, derived once a day and credential. Two days are kept, because stable URLs are signed in the past and straddle midnight.</summary>
internal sealed class SigningKeys(string region, string service)
{
    private sealed record Entry(string SecretKey, int Day, byte[] Key);

    private readonly Entry?[] kept = new Entry?[2];

    /// <summary>The 32-byte key for the day that <paramref name="utc"/> lies in.</summary>
    public ReadOnlySpan<byte> For(string secretKey, DateTime utc)
    {
        var day = (int)(utc.Ticks / TimeSpan.TicksPerDay);
        var entry = Volatile.Read(ref kept[day & 1]);
        if (entry is null || entry.Day != day || entry.SecretKey != secretKey)
            Volatile.Write(ref kept[day & 1], entry = new(secretKey, day, Derive(secretKey, utc)));
        return entry.Key;
    }

    private byte[] Derive(string secretKey, DateTime utc)
    {
        Span<byte> date = stackalloc byte[8];
        utc.TryFormat(date, out _, "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secretKey), date);
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        return HMACSHA256.HashData(key, "aws4_request"u8);
    }
}
