using System.Runtime.CompilerServices;
using System.Text;

namespace Sluice.S3.Signing;

/// <summary>A credential's key for one day and region, and the parts of a request that are the same all day.</summary>
internal sealed class SigningKey
{
    private readonly S3Credentials credentials;
    private readonly Sha256.Key key;
    private readonly byte[] toSign;
    private readonly int toSignTime;

    public SigningKey(S3Credentials credentials, int day, byte[] secret, string date, string scope)
    {
        (this.credentials, Day, key, Scope) = (credentials, day, new(secret), Encoding.UTF8.GetBytes(scope));
        toSign = Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{date}T000000Z\n{scope}\n");
        toSignTime = "AWS4-HMAC-SHA256\n".Length + date.Length + 1;
        Query = Encoding.ASCII.GetBytes($"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Encoded($"{credentials.AccessKey}/{scope}")}&X-Amz-Date={date}T000000Z&X-Amz-Expires=");
        QueryEnd = Encoding.ASCII.GetBytes($"{(credentials.SessionToken is { } token ? $"&X-Amz-Security-Token={Encoded(token)}" : "")}&X-Amz-SignedHeaders=host");
    }

    /// <summary>Days since the year 1.</summary>
    public int Day { get; }

    /// <summary>date/region/service/aws4_request.</summary>
    public byte[] Scope { get; }

    /// <summary>The query of a presigned URL up to the number of seconds; the time of day, at <see cref="QueryTime"/>, is still to be written.</summary>
    public byte[] Query { get; }

    /// <summary>Where in <see cref="Query"/> the time of day lies.</summary>
    public int QueryTime => Query.Length - "000000Z&X-Amz-Expires=".Length;

    /// <summary>What follows the number of seconds, where only Host is signed: the session token, where there is one, and the names of signed headers.</summary>
    public byte[] QueryEnd { get; }

    /// <summary>Made for these?</summary>
    public bool IsOf(S3Credentials other) => ReferenceEquals(credentials, other)
        || (credentials.SecretKey == other.SecretKey && credentials.AccessKey == other.AccessKey && credentials.SessionToken == other.SessionToken);

    /// <summary>The signature of a canonical request, as 64 hexadecimal digits.</summary>
    [SkipLocalsInit]
    public void Sign(ReadOnlySpan<byte> canonicalRequest, DateTime utc, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[Sha256.Size];
        Sha256.Hash(canonicalRequest, hash);
        var text = new Utf8Builder(stackalloc byte[256]);
        text.Append(toSign);
        text.AppendHex(hash);
        WriteTime(utc, text.Buffer[toSignTime..]);
        key.Sign(text.Written, hash);
        text.Dispose();
        Convert.TryToHexStringLower(hash, signature, out _);
    }

    /// <summary>The time of day as HHmmss.</summary>
    public static void WriteTime(DateTime utc, Span<byte> target)
    {
        var seconds = (int)(utc.Ticks % TimeSpan.TicksPerDay / TimeSpan.TicksPerSecond);
        var minutes = seconds / 60;
        Two(minutes / 60, target);
        Two(minutes % 60, target[2..]);
        Two(seconds % 60, target[4..]);
    }

    private static string Encoded(string text)
    {
        var builder = new Utf8Builder(stackalloc byte[512]);
        builder.AppendEncoded(text, keepSlash: false);
        var encoded = Encoding.ASCII.GetString(builder.Written);
        builder.Dispose();
        return encoded;
    }

    private static void Two(int value, Span<byte> target)
    {
        var tens = value / 10;
        target[1] = (byte)('0' + value - (tens * 10));
        target[0] = (byte)('0' + tens);
    }
}
