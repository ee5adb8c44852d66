namespace Sluice.Catalog.Videos;

/// <summary>What a video is made from.</summary>
/// <param name="UserId">Whose it is; a UUID as text, checked by the service.</param>
/// <param name="Title">1 to 255 characters.</param>
/// <param name="FileName">Name of the file to be uploaded, without folders.</param>
public sealed record NewVideo(string? UserId, string? Title, string? FileName);
