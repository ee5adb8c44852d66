using System.Text;

namespace Sluice.Core.KeyValue;

/// <summary>Keys and tags as bytes.</summary>
internal static class KeyValueText
{
    // Strict: two texts that are not valid UTF-16 must not become the same bytes.
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The text is not valid UTF-16.</exception>
    public static byte[] ToBytes(string text) => Strict.GetBytes(text);

    /// <exception cref="ArgumentException">The text is not valid UTF-16.</exception>
    public static int CountBytes(string text) => Strict.GetByteCount(text);

    public static string FromBytes(byte[] bytes) => Strict.GetString(bytes);

    /// <summary>A copy without duplicates.</summary>
    public static string[] Tags(IReadOnlyList<string>? tags) => tags is { Count: > 0 } ? [.. tags.Distinct(StringComparer.Ordinal)] : [];
}
