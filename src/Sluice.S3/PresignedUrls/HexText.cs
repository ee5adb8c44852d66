namespace Sluice.S3.PresignedUrls;

/// <summary>Is a text hexadecimal?</summary>
internal static class HexText
{
    public static bool ContainsOnlyHex(this ReadOnlySpan<char> text) => !text.ContainsAnyExcept("0123456789abcdef");
}
