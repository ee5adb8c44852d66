using Sluice.Catalog.Jobs;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Storage;

/// <summary>A change of a video and what goes with it, in one transaction.</summary>
/// <param name="Video">The row as it shall be; null deletes it. The store sets version and time.</param>
internal sealed record VideoChange(Video? Video)
{
    /// <summary>Jobs to be done from now on.</summary>
    public IReadOnlyList<NewJob> Jobs { get; init; } = [];

    /// <summary>Whether what is under way for the video is given up.</summary>
    public bool CancelsJobs { get; init; }
}
