using System.Text;

namespace Sluice.Hosting;

/// <summary>
/// Reads the Connection field so that the names in it survive. Kestrel puts plain "close", "keep-alive" or "Upgrade" in place of a field that says just one of
/// these beside other names, and a proxy must know those names: the fields they name are not to go on (RFC 9110 section 7.6.1).
/// </summary>
/// <remarks>A field with other names reads as if it said close and keep-alive as well: that is neither of the three, and close is what counts.</remarks>
internal sealed class ConnectionFieldEncoding : Encoding
{
    private const string Addition = ", close, keep-alive";
    private static readonly ConnectionFieldEncoding Instance = new();

    /// <summary>For Kestrel, which asks field by field; null is its own way.</summary>
    public static Encoding? For(string field) => field.Equals("Connection", StringComparison.OrdinalIgnoreCase) ? Instance : null;

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetCharCount(byte[] bytes, int index, int count) => count + (HasNames(bytes.AsSpan(index, count)) ? Addition.Length : 0);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var length = Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);
        if (!HasNames(bytes.AsSpan(byteIndex, byteCount))) return length;
        Addition.CopyTo(chars.AsSpan(charIndex + length));
        return length + Addition.Length;
    }

    public override int GetMaxByteCount(int charCount) => charCount;

    public override int GetMaxCharCount(int byteCount) => byteCount + Addition.Length;

    private static bool HasNames(ReadOnlySpan<byte> field)
    {
        foreach (var part in field.Split((byte)','))
        {
            var name = field[part].Trim((byte)' ').Trim((byte)'\t');
            if (name.Length > 0 && !Ascii.EqualsIgnoreCase(name, "close"u8) && !Ascii.EqualsIgnoreCase(name, "keep-alive"u8) && !Ascii.EqualsIgnoreCase(name, "upgrade"u8)) return true;
        }

        return false;
    }
}
