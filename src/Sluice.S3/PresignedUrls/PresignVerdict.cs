namespace Sluice.S3.PresignedUrls;

/// <summary>What a server says to a URL.</summary>
internal enum PresignVerdict
{
    /// <summary>It takes it (a missing object included).</summary>
    Taken,

    /// <summary>It refuses it.</summary>
    Refused,

    /// <summary>Neither the new nor the old credentials may read it.</summary>
    Unclear,

    /// <summary>It did not answer.</summary>
    Unreachable,
}
