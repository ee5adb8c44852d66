namespace Sluice.Catalog.Videos;

/// <summary>A page of videos.</summary>
/// <param name="Videos">Newest first.</param>
/// <param name="Next">What to ask for the next page with; null when this is the last.</param>
public sealed record VideoPage(IReadOnlyList<Video> Videos, string? Next);
