namespace Sluice.Catalog.Videos;

/// <summary>The words of <see cref="VideoStatus"/> in the API, the cache and the database.</summary>
internal static class VideoStatusText
{
    public static string Write(VideoStatus status) => status switch
    {
        VideoStatus.PendingUpload => "PENDING_UPLOAD",
        VideoStatus.Processing => "PROCESSING",
        VideoStatus.Ready => "READY",
        VideoStatus.Failed => "FAILED",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    /// <exception cref="FormatException">The word is none of them.</exception>
    public static VideoStatus Read(string text) => text switch
    {
        "PENDING_UPLOAD" => VideoStatus.PendingUpload,
        "PROCESSING" => VideoStatus.Processing,
        "READY" => VideoStatus.Ready,
        "FAILED" => VideoStatus.Failed,
        _ => throw new FormatException($"\"{text}\" is no status of a video."),
    };
}
