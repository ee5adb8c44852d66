using System.Text.Json.Serialization;
using Sluice.Configuration;
using Sluice.S3.PresignedUrls;

namespace Sluice.Api;

/// <summary>Body of POST /v1/presign and /v1/presign/warm.</summary>
/// <remarks>Setters, not initialisers: generated JSON code would set those that are absent to null instead of leaving their defaults. A null that is sent is as good as nothing.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PresignBody
{
    /// <summary>Most paths in one request.</summary>
    public const int MostPaths = 10_000;

    /// <summary>Paths as viewers ask the edge for them, not percent-encoded; up to 10,000.</summary>
    public IReadOnlyList<string> Paths { get; set => field = value is null ? [] : [.. value.Select(path => path ?? "")]; } = [];

    /// <summary>GET (default), HEAD or PUT.</summary>
    public string Method { get; set => field = value ?? "GET"; } = "GET";

    /// <summary>Validity such as "15m"; default as configured.</summary>
    public string? Expires { get; set; }

    /// <summary>Region of a replica; default the bucket itself.</summary>
    public string? Region { get; set; }

    /// <summary>Signed parameters: the response-* overrides, versionId, partNumber.</summary>
    public IReadOnlyDictionary<string, string> Query { get; set => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>What the URLs are to allow. Null, with the reason, when it is not clear.</summary>
    public PresignOptions? ToOptions(out string reason)
    {
        TimeSpan expires = default;
        if (Expires is not null && !Duration.TryParse(Expires, out expires))
        {
            reason = $"\"{Expires}\" is no validity: write a number with a unit, such as 15m or 1h.";
            return null;
        }
        var plain = Method == "GET" && Expires is null && Region is null && Query.Count == 0;
        var options = plain ? PresignOptions.Default : new PresignOptions { Method = Method.ToUpperInvariant(), Expires = Expires is null ? null : expires, Region = Region, Query = Query };
        reason = string.Join(' ', options.Errors());
        return reason.Length == 0 ? options : null;
    }
}
