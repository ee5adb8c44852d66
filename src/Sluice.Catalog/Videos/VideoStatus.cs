namespace Sluice.Catalog.Videos;

/// <summary>Where a video is in its life (row U094).</summary>
public enum VideoStatus
{
    /// <summary>It has an upload URL; processing was not asked for yet.</summary>
    PendingUpload,

    /// <summary>It waits to be transcoded, or is being transcoded.</summary>
    Processing,

    /// <summary>It can be played.</summary>
    Ready,

    /// <summary>It could not be transcoded; the reason is beside it.</summary>
    Failed,
}
