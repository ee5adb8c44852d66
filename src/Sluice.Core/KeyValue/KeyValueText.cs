using System.Text;

namespace Sluice.Core.KeyValue;

/// <summary>Keys and tags as bytes.</summary>
public static class KeyValueText
{
    // Strict: two texts that are not valid UTF-16 must not become the same bytes.
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The UTF-8 of a text.</summary>
    /// <exception cref="ArgumentException">The text is not valid UTF-16.</exception>
    public static byte[] ToBytes(string text) => Strict.GetBytes(text);

    /// <summary>How many bytes a text takes in UTF-8.</summary>
    /// <exception cref="ArgumentException">The text is not valid UTF-16.</exception>
    public static int CountBytes(string text) => Strict.GetByteCount(text);

    /// <summary>The text of UTF-8 bytes.</summary>
    /// <exception cref="ArgumentException">The bytes are not valid UTF-8.</exception>
    public static string FromBytes(ReadOnlySpan<byte> bytes) => Strict.GetString(bytes);

    /// <summary>A copy without duplicates.</summary>
    /// <exception cref="ArgumentException">One of them is null.</exception>
    public static string[] Tags(IReadOnlyList<string>? tags)
    {
        if (tags is not { Count: > 0 }) return [];
        // Half stored, its key could be neither replaced nor deleted.
        if (tags.Contains(null!)) throw new ArgumentException("A tag is null.", nameof(tags));
        return [.. tags.Distinct(StringComparer.Ordinal)];
    }
}
