using System.Xml;

namespace Sluice.S3.Objects;

/// <summary>What an error document of S3 says. Its message stays out: it may hold the request's signature.</summary>
/// <param name="Code">Such as NoSuchKey; empty when the document is absent or not one of S3's.</param>
/// <param name="Region">The region to use instead, when named.</param>
internal sealed record S3Error(string Code, string? Region)
{
    /// <summary>An answer without an error document.</summary>
    public static readonly S3Error None = new("", null);

    /// <summary>Longest document that is read, in bytes.</summary>
    public const int MaximumBytes = 16 * 1024;

    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>Reads a document; whatever is not one of S3's is <see cref="None"/>.</summary>
    public static S3Error Parse(ReadOnlyMemory<byte> document)
    {
        string code = "", region = "";
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(document.ToArray()), Strict);
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "Error") return None;
            reader.Read();
            while (!reader.EOF && reader.NodeType != XmlNodeType.EndElement)
            {
                if (reader.NodeType != XmlNodeType.Element) reader.Read();
                else if (reader.LocalName == "Code") code = reader.ReadElementContentAsString();
                else if (reader.LocalName == "Region") region = reader.ReadElementContentAsString();
                else reader.Skip();
            }
        }
        catch (XmlException)
        {
            // A page of some proxy in between, or a document cut at the limit: what was read so far counts.
        }
        return new(IsWord(code) ? code : "", IsWord(region) ? region : null);
    }

    private static bool IsWord(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
