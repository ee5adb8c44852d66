using System.Globalization;
using System.Xml;

namespace Sluice.S3.Downloads;

/// <summary>A page of a bucket's listing (ListObjectsV2, asked for with keys URL-encoded).</summary>
internal static class DownloadListing
{
    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, Async = true };

    /// <summary>Keys and lengths, and the token of the next page; null when this was the last.</summary>
    /// <exception cref="XmlException">It is none.</exception>
    public static async Task<(List<(string Key, long Length)> Page, string? Next)> ReadAsync(Stream body)
    {
        using var reader = XmlReader.Create(body, Strict);
        if (await reader.MoveToContentAsync() != XmlNodeType.Element || reader.LocalName != "ListBucketResult") throw new XmlException("It is no listing.");
        var page = new List<(string, long)>();
        string? next = null, key = null;
        bool isCut = false, isEncoded = false;
        await reader.ReadAsync();
        while (!reader.EOF)
        {
            switch (reader.NodeType == XmlNodeType.Element ? reader.LocalName : "")
            {
                case "IsTruncated":
                    isCut = await reader.ReadElementContentAsStringAsync() == "true";
                    break;
                case "NextContinuationToken":
                    next = await reader.ReadElementContentAsStringAsync();
                    break;
                case "EncodingType":
                    isEncoded = await reader.ReadElementContentAsStringAsync() == "url";
                    break;
                case "Key":
                    key = await reader.ReadElementContentAsStringAsync();
                    break;
                case "Size" when key is not null:
                    if (!long.TryParse(await reader.ReadElementContentAsStringAsync(), NumberStyles.None, CultureInfo.InvariantCulture, out var length)) throw new XmlException("A size is no number.");
                    page.Add((key, length));
                    key = null;
                    break;
                default:
                    await reader.ReadAsync();
                    break;
            }
        }
        // A server that knows no encoding gives keys as they are, and says so by not naming one: "a+b" is no "a b" then. It may come after the keys.
        if (isEncoded) page = page.ConvertAll(item => (Decode(item.Item1), item.Item2));
        // As servers answer that know the first version of listings only: what is taken for all of it would be a part.
        if (string.IsNullOrEmpty(next)) return isCut ? throw new XmlException("There is more, and no way to ask for it.") : (page, null);
        return (page, next);
    }

    /// <summary>A key of a listing that says it is URL-encoded.</summary>
    public static string Decode(string key) => Uri.UnescapeDataString(key.Replace('+', ' '));
}
