using System.Text;

namespace Sluice.S3.Signing;

/// <summary>A credential's key for one day and region, and the parts of a request that are the same all day.</summary>
internal sealed class SigningKey
{
    /// <summary>How long the instant is as x-amz-date spells it.</summary>
    public const int StampLength = 16;

    private readonly S3Credentials credentials;
    private readonly Sha256.Key key;
    private readonly byte[] date;

    public SigningKey(S3Credentials credentials, int day, byte[] secret, string date, string scope)
    {
        (this.credentials, Day, key, this.date, Scope) = (credentials, day, new(secret), Encoding.ASCII.GetBytes(date), Encoding.UTF8.GetBytes(scope));
        Credential = Encoded($"{credentials.AccessKey}/{scope}");
        Token = credentials.SessionToken is { } token ? Encoded(token) : [];
    }

    /// <summary>Days since the year 1.</summary>
    public int Day { get; }

    /// <summary>date/region/service/aws4_request.</summary>
    public byte[] Scope { get; }

    /// <summary>The value of X-Amz-Credential as the query holds it.</summary>
    public byte[] Credential { get; }

    /// <summary>The value of X-Amz-Security-Token as the query holds it; empty for none.</summary>
    public byte[] Token { get; }

    /// <summary>Made for these?</summary>
    public bool IsOf(S3Credentials other) => ReferenceEquals(credentials, other)
        || (credentials.SecretKey == other.SecretKey && credentials.AccessKey == other.AccessKey && credentials.SessionToken == other.SessionToken);

    /// <summary>An instant of this day as yyyyMMddTHHmmssZ.</summary>
    public void WriteStamp(DateTime utc, Span<byte> stamp)
    {
        date.CopyTo(stamp);
        stamp[8] = (byte)'T';
        Two(utc.Hour, stamp[9..]);
        Two(utc.Minute, stamp[11..]);
        Two(utc.Second, stamp[13..]);
        stamp[15] = (byte)'Z';
    }

    /// <summary>HMAC-SHA-256 with this key.</summary>
    public void Sign(ReadOnlySpan<byte> text, Span<byte> signature) => key.Sign(text, signature);

    private static byte[] Encoded(string text)
    {
        var builder = new Utf8Builder(stackalloc byte[512]);
        builder.AppendEncoded(text, keepSlash: false);
        var bytes = builder.Written.ToArray();
        builder.Dispose();
        return bytes;
    }

    private static void Two(int value, Span<byte> target)
    {
        var tens = value / 10;
        target[0] = (byte)('0' + tens);
        target[1] = (byte)('0' + value - (tens * 10));
    }
}
