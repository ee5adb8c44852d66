namespace Sluice.Catalog.Jobs;

/// <summary>What a job does.</summary>
internal enum JobKind
{
    /// <summary>Makes the renditions of a video.</summary>
    Transcode,

    /// <summary>Deletes the renditions that the manifest does not lead to any more.</summary>
    Tidy,

    /// <summary>Deletes every file of a deleted video.</summary>
    Delete,
}
