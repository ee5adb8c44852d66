using System.Security.Cryptography;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>What signing for one region needs of a credential, derived once a day. Two days are kept, because stable URLs are signed in the past and straddle midnight.</summary>
internal sealed class SigningKeys(string region, string service)
{
    private readonly SigningKey?[] kept = new SigningKey?[2];

    /// <summary>The key for the day that <paramref name="utc"/> lies in.</summary>
    public SigningKey For(S3Credentials credentials, DateTime utc)
    {
        var day = (int)(utc.Ticks / TimeSpan.TicksPerDay);
        var key = Volatile.Read(ref kept[day & 1]);
        if (key is null || key.Day != day || !key.IsOf(credentials))
            Volatile.Write(ref kept[day & 1], key = Derive(credentials, utc, day));
        return key;
    }

    private SigningKey Derive(S3Credentials credentials, DateTime utc, int day)
    {
        var date = utc.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        var secret = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey), Encoding.ASCII.GetBytes(date));
        secret = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(region));
        secret = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(service));
        return new(credentials, day, HMACSHA256.HashData(secret, "aws4_request"u8), date, $"{date}/{region}/{service}/aws4_request");
    }
}
