namespace Sluice.S3.Downloads;

/// <summary>One call, with what it asks.</summary>
/// <param name="Url">As it was given; part of the identity.</param>
/// <param name="Key">Name of the file in the cache.</param>
/// <param name="ObjectKey">Key in the bucket.</param>
/// <param name="Source">The bucket.</param>
/// <param name="Skip">Fetch anew.</param>
/// <param name="Validate">Ask the server before a held file is used.</param>
internal sealed record DownloadAsk(string Url, string Key, string ObjectKey, DownloadSource Source, bool Skip, bool Validate)
{
    /// <summary>See <see cref="S3DownloadOptions.ETagIsMd5"/>.</summary>
    public bool ETagIsMd5 { get; init; } = true;

    /// <summary>The file is wanted for longer than this call: it is to stay for <see cref="S3DownloadCacheOptions.Lease"/>.</summary>
    public bool Lease { get; init; }

    /// <summary>Where a file goes that the cache does not take; null for a folder for temporary files.</summary>
    public string? To { get; init; }

    /// <summary>Calls with the same text are answered together.</summary>
    public string Together => $"{Key} {Skip} {Validate} {ETagIsMd5} {Source.Place}";
}
