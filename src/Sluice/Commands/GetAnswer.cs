using System.Text.Json.Serialization;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>What <c>sluice get --json</c> writes for a file.</summary>
/// <param name="Url">As asked for.</param>
/// <param name="Path">Where the file is.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="ETag">The object's.</param>
/// <param name="Outcome">hit, revalidated, coalesced, shared, miss or bypass.</param>
/// <param name="FetchedBytes">Body bytes that came over the network.</param>
internal sealed record GetAnswer(string Url, string? Path, long Size, [property: JsonPropertyName("etag")] string? ETag, string Outcome, long FetchedBytes)
{
    /// <summary>Of a download.</summary>
    public static GetAnswer Of(string url, S3DownloadResult result) => new(url, result.Path, result.Size, result.ETag, result.Outcome.ToString().ToLowerInvariant(), result.FetchedBytes);
}
