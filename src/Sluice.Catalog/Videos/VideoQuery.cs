namespace Sluice.Catalog.Videos;

/// <summary>Which videos to list.</summary>
/// <param name="UserId">Only this user's; null for everybody's.</param>
/// <param name="Limit">How many at most, 1 to 100.</param>
/// <param name="After">Where the page before ended (<see cref="VideoPage.Next"/>); null for the newest.</param>
public sealed record VideoQuery(Guid? UserId = null, int Limit = 50, string? After = null);
