namespace Sluice.Catalog.Api;

/// <summary>A page of videos.</summary>
/// <param name="Videos">Newest first.</param>
/// <param name="Next">Value of ?after= for the next page; absent on the last.</param>
public sealed record VideoListAnswer(IReadOnlyList<VideoAnswer> Videos, string? Next);
