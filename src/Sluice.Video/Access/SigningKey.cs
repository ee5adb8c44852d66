using System.Text;

namespace Sluice.Video.Access;

/// <summary>A key that signs URLs of variants.</summary>
/// <param name="id">Its name in URLs.</param>
/// <param name="secret">At least 16 bytes.</param>
public sealed class SigningKey(string id, ReadOnlySpan<byte> secret)
{
    /// <summary>Shortest secret, in bytes.</summary>
    public const int MinimumSecretLength = 16;

    private readonly byte[] bytes = secret.ToArray();

    /// <summary>A key from text, taken as UTF-8.</summary>
    public SigningKey(string id, string secret) : this(id, Encoding.UTF8.GetBytes(secret))
    {
    }

    /// <summary>Its name in URLs.</summary>
    public string Id => id;

    internal ReadOnlySpan<byte> Secret => bytes;

    /// <summary>The name only.</summary>
    public override string ToString() => id;
}
