using System.Xml;
using Sluice.Core.Origins;
using Sluice.S3.Downloads;
using Sluice.S3.Signing;

namespace Sluice.S3.Objects;

/// <summary>Tries a bucket: lists one key, reads one byte of it.</summary>
internal sealed class S3Probe(S3Location place, S3Bucket bucket, S3Exchange exchange)
{
    private const int MaximumListing = 64 * 1024;
    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, Async = true };

    public async Task<S3ProbeResult> RunAsync(CancellationToken cancellation)
    {
        var where = $"{place} at {bucket.Address.Root}";
        try
        {
            var query = CanonicalForm.Query([new("list-type", "2"), new("max-keys", "1"), new("encoding-type", "url"), new("prefix", place.Prefix)]);
            using var listing = await exchange.SendAsync(new(HttpMethod.Get, "", query, []), cancellation);
            if (listing.Status == 200)
            {
                var key = await FirstKeyAsync(listing.Body, cancellation);
                return key is null
                    ? new(null, $"{where} can be reached, and holds no object yet.")
                    : await ReadAsync(where, key, listing.Anonymous, cancellation);
            }
            if (listing.Error.Code is not ("AccessDenied" or "")) return Refused(where, listing);
            // Listing is a right of its own; a name that nobody uses tells a missing object from a missing right.
            using var missing = await exchange.SendAsync(new(HttpMethod.Get, CanonicalForm.Path(place.Prefix + "sluice-probe"), "", [new("Range", "bytes=0-0")]), cancellation);
            if (missing is { Status: 404, Error.Code: "" }) return new(false, $"{where} answers, but not as S3 does: check that the endpoint is an S3 server.");
            return missing.Status is 200 or 206 or 404 && missing.Error.Code != "NoSuchBucket"
                ? new(true, $"{where} can be read. It may not be listed (s3:ListBucket), which is fine.")
                : Refused(where, missing);
        }
        catch (OriginException failure)
        {
            return new(false, $"{where}: {failure.Message} Check the endpoint, and that this machine may reach it.");
        }
        catch (XmlException)
        {
            return new(false, $"{where} answers, but not as S3 does: check that the endpoint is an S3 server.");
        }
    }

    private async Task<S3ProbeResult> ReadAsync(string where, string key, bool anonymous, CancellationToken cancellation)
    {
        using var answer = await exchange.SendAsync(new(HttpMethod.Get, CanonicalForm.Path(key), "", [new("Range", "bytes=0-0")]), cancellation);
        // 416: the object is empty.
        return answer.Status is 200 or 206 or 416
            ? new(true, $"{where} can be listed and read{(anonymous ? " (anonymously)" : "")}.")
            : Refused($"{where} can be listed, but its objects not read", answer);
    }

    private static S3ProbeResult Refused(string where, S3Answer answer)
    {
        var verdict = S3Verdict.For(answer, conditional: false);
        var hint = verdict.Hint ?? (verdict.Status == 503 ? "The server is busy or failing: try again." : "");
        return new(false, $"{where}: {answer.Status} {answer.Error.Code} {hint}".TrimEnd());
    }

    private static async Task<string?> FirstKeyAsync(Stream body, CancellationToken cancellation)
    {
        var document = new byte[MaximumListing];
        var length = await body.ReadAtLeastAsync(document, document.Length, throwOnEndOfStream: false, cancellation);
        using var reader = XmlReader.Create(new MemoryStream(document, 0, length), Strict);
        if (await reader.MoveToContentAsync() != XmlNodeType.Element || reader.LocalName != "ListBucketResult") throw new XmlException();
        string? key = null;
        var isEncoded = false;
        try
        {
            await reader.ReadAsync();
            while (!reader.EOF)
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Key" } && key is null) key = await reader.ReadElementContentAsStringAsync();
                else if (reader is { NodeType: XmlNodeType.Element, LocalName: "EncodingType" }) isEncoded = await reader.ReadElementContentAsStringAsync() == "url";
                else await reader.ReadAsync();
        }
        catch (XmlException) when (key is not null)
        {
            // A server that gives more than the one key, cut at the limit.
        }
        return key is not null && isEncoded ? DownloadListing.Decode(key) : key;
    }
}
