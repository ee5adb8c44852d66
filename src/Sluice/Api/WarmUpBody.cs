using System.Text.Json.Serialization;

namespace Sluice.Api;

/// <summary>Body of POST /v1/cache/warm.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WarmUpBody
{
    /// <summary>How many may be asked for at once.</summary>
    public const int Most = 1000;

    /// <summary>Paths with their queries, as viewers ask for them: "/hls/a/master.m3u8".</summary>
    public IReadOnlyList<string>? Urls { get; init; }
}
