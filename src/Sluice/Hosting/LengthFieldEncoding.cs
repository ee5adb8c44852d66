using System.Text;

namespace Sluice.Hosting;

/// <summary>
/// Reads Content-Length so that a plus before the number is none: Kestrel would take it for what it says, and another server on the way might count otherwise
/// (RFC 9112 section 6.3). It has no place in the grammar of RFC 9110 section 8.6.
/// </summary>
internal sealed class LengthFieldEncoding : ASCIIEncoding
{
    private static readonly LengthFieldEncoding Instance = new();

    /// <summary>For Kestrel, which asks field by field; null is its own way.</summary>
    public static Encoding? For(string field) => field.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? Instance : null;

    public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        var length = base.GetChars(bytes, chars);
        chars[..length].Replace('+', '?');
        return length;
    }
}
