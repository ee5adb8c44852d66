using System.Text.Json.Serialization;

namespace Sluice.Api;

/// <summary>Body of POST /v1/variants/prepare.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PrepareBody
{
    /// <summary>How many variants may be prepared in one request.</summary>
    public const int Most = 1000;

    /// <summary>Paths with their queries, as viewers ask for them: "/clip.mp4?derivative=mobile".</summary>
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>With <see cref="Queries"/>: paths of sources.</summary>
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Queries, each applied to every one of <see cref="Sources"/>: "derivative=mobile".</summary>
    public IReadOnlyList<string>? Queries { get; init; }

    /// <summary>Everything asked for.</summary>
    public IEnumerable<string> Targets() => (Urls ?? []).Concat((Sources ?? []).SelectMany(source => (Queries ?? []).Select(query => source + "?" + query.TrimStart('?'))));
}
