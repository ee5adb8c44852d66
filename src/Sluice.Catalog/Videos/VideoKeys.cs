namespace Sluice.Catalog.Videos;

/// <summary>Keys of a video in the object store and in the cache.</summary>
public static class VideoKeys
{
    /// <summary>The upload (row U088).</summary>
    public static string Original(Guid id, string fileName) => $"originals/{id}/{fileName}";

    /// <summary>What all uploads of a video begin with.</summary>
    public static string Originals(Guid id) => $"originals/{id}/";

    /// <summary>What everything made from a video begins with.</summary>
    public static string Hls(Guid id) => $"hls/{id}/";

    /// <summary>The master manifest (row KEY-13).</summary>
    public static string Master(Guid id) => $"hls/{id}/master.m3u8";

    /// <summary>What one encode's files begin with.</summary>
    public static string Generation(Guid id, string generation) => $"hls/{id}/{generation}/";

    /// <summary>The row in the metadata cache (row KEY-12).</summary>
    public static string Metadata(Guid id) => $"video:{id}";

    /// <summary>The tag that everything of a video carries at the edge.</summary>
    public static string Tag(Guid id) => $"video:{id}";

    /// <summary>The path of a video in which its HLS files lie; null for any other path.</summary>
    public static Guid? OfPath(ReadOnlySpan<char> path) =>
        path.StartsWith("/hls/") && path.Length > 41 && path[41] == '/' && Guid.TryParseExact(path.Slice(5, 36), "D", out var id) ? id : null;
}
