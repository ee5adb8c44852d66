using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Api;

/// <summary>A video as the API answers it (rows U088, U090). Times are RFC 3339.</summary>
public sealed record VideoAnswer
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public Guid UserId { get; init; }

    /// <summary>Title.</summary>
    public string Title { get; init; } = "";

    /// <summary>PENDING_UPLOAD, PROCESSING, READY or FAILED.</summary>
    public string Status { get; init; } = "";

    /// <summary>Where to PUT the file, right after the video was made.</summary>
    public Uri? UploadUrl { get; init; }

    /// <summary>Key of the upload in the object store, once processing was asked for.</summary>
    public string? OriginalUrl { get; init; }

    /// <summary>Address of the master manifest, when READY.</summary>
    public Uri? HlsUrl { get; init; }

    /// <summary>Address of a picture of it, when READY.</summary>
    public Uri? PosterUrl { get; init; }

    /// <summary>Address of the thumbnails along it (WebVTT), when READY.</summary>
    public Uri? ThumbnailsUrl { get; init; }

    /// <summary>Length in seconds, when READY.</summary>
    public double? Duration { get; init; }

    /// <summary>Why it is FAILED.</summary>
    public string? FailureReason { get; init; }

    /// <summary>When it was made.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTime? UpdatedAt { get; init; }

    /// <summary>What is answered for a video.</summary>
    internal static VideoAnswer Of(Video video)
    {
        var ready = video is { Status: VideoStatus.Ready, Generation: not null } ? video.PlaybackUrl : null;
        return new()
        {
            Id = video.Id,
            UserId = video.UserId,
            Title = video.Title,
            Status = VideoStatusText.Write(video.Status),
            OriginalUrl = video.Status == VideoStatus.PendingUpload ? null : video.OriginalKey,
            HlsUrl = video.PlaybackUrl,
            PosterUrl = ready is null ? null : new Uri(ready, $"{video.Generation}/poster.jpg{ready.Query}"),
            ThumbnailsUrl = ready is null ? null : new Uri(ready, $"{video.Generation}/thumbnails.vtt{ready.Query}"),
            Duration = video.Duration,
            FailureReason = video.Failure,
            CreatedAt = video.CreatedAt.UtcDateTime,
            UpdatedAt = video.UpdatedAt.UtcDateTime,
        };
    }
}
