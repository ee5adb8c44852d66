namespace Sluice.Catalog.Videos;

/// <summary>A video of the catalog: one row, as stored and as cached. What viewers see is added when it is answered (row MET-10).</summary>
public sealed record Video
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Title, 1 to 255 characters.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required VideoStatus Status { get; init; }

    /// <summary>Key of the upload: <c>originals/{id}/{file_name}</c>.</summary>
    public required string OriginalKey { get; init; }

    /// <summary>Key of the master manifest when it is READY: <c>hls/{id}/master.m3u8</c> (row KEY-13).</summary>
    public string? HlsKey { get; init; }

    /// <summary>Name of the encode that the manifest leads to; each encode has its own (decision D25).</summary>
    public string? Generation { get; init; }

    /// <summary>Why it is FAILED.</summary>
    public string? Failure { get; init; }

    /// <summary>Length, in seconds.</summary>
    public double? Duration { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Rises by one with every change of the row; guards caches against older rows (decision D21).</summary>
    public required long Version { get; init; }

    /// <summary>Address of the master manifest under the edge; null unless READY (rows CAT-09, KEY-14). Never stored.</summary>
    public Uri? PlaybackUrl { get; init; }
}
