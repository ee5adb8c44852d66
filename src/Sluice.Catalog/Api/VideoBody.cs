namespace Sluice.Catalog.Api;

/// <summary>Body of POST /v1/videos (row U088).</summary>
public sealed record VideoBody
{
    /// <summary>Whose it is: a UUID.</summary>
    public string? UserId { get; set; }

    /// <summary>Title, 1 to 255 characters.</summary>
    public string? Title { get; set; }

    /// <summary>Name of the file to be uploaded, without folders.</summary>
    public string? FileName { get; set; }
}
