namespace Sluice.S3.Downloads;

/// <summary>How a file was had.</summary>
public enum S3DownloadOutcome
{
    /// <summary>From the cache, without asking the server.</summary>
    Hit,

    /// <summary>From the cache, after the server confirmed by one request without a body that it is current.</summary>
    Revalidated,

    /// <summary>Fetched by another caller, in this process or another, while this one waited.</summary>
    Coalesced,

    /// <summary>Fetched, and stored.</summary>
    Miss,

    /// <summary>From another machine's download, after the server told which version is current; stored.</summary>
    Shared,

    /// <summary>Fetched past the cache: it is off, full, or in trouble.</summary>
    Bypass,
}
