using System.Globalization;
using Sluice.Video.Access;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>How one variant names others of the same source: the index of a sheet its picture, a playlist its segments. On routes of signed URLs the names are signed.</summary>
internal sealed class VariantLinks(VideoPlanner planner, TimeProvider time)
{
    /// <summary>How long such a variant is used where what it names is signed: a signature has an end, and a key that may be taken out.</summary>
    private static readonly TimeSpan SignedIndex = TimeSpan.FromDays(1);

    /// <summary>The URL of a variant, as seen from where another of the same source is: a playlist lies below its video, a picture beside it.</summary>
    public string AddressOf(string path, VideoOptions options)
    {
        var query = planner.QueryOf(options with { FileName = null });
        if (options.Mode == VideoMode.Hls)
        {
            var below = HlsPath.Of(options);
            return below[1..] + Sign(path + below, HlsPath.QueryOf(query));
        }

        var name = path[(path.LastIndexOf('/') + 1)..];
        // What stands before a colon would be taken for the scheme of a URL.
        return (name.Contains(':', StringComparison.Ordinal) ? "./" : "") + name + Sign(path, query);
    }

    /// <summary>The path and query of a playlist or segment, not signed.</summary>
    public string PathOf(string path, VideoOptions options) => path + HlsPath.Of(options) + HlsPath.QueryOf(planner.QueryOf(options with { FileName = null }));

    /// <summary>The sizes that a playlist of all sizes names.</summary>
    public IReadOnlyList<VideoOptions> SizesFor(VideoOptions master, SourceStreams source) => planner.SizesFor(master, source);

    /// <summary>A query with a signature, where there are any.</summary>
    public string Sign(string path, string query)
    {
        var kept = planner.Policy.Lifetimes;
        // Until the last index that names it has left the caches of viewers.
        var life = SignedIndex + (kept.AdaptiveMaximum > kept.Ok ? kept.AdaptiveMaximum.Value : kept.Ok);
        return planner.Policy.SigningKeys is [var key, ..] ? UrlSignature.Sign(path, query, key, time.GetUtcNow() + life) : query;
    }

    /// <summary>What changes when the names in a variant have to; empty for one that names none, or signs none.</summary>
    public string EditionOf(VideoOptions? options) =>
        options is { Format: "vtt" or "m3u8" } && planner.Policy.SigningKeys is [var key, ..]
            ? string.Create(CultureInfo.InvariantCulture, $" {key.Id} {time.GetUtcNow().Ticks / SignedIndex.Ticks}") : "";
}
