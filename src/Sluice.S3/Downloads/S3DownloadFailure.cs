namespace Sluice.S3.Downloads;

/// <summary>Why a file could not be had. A closed set: exit codes and log lines follow it.</summary>
public enum S3DownloadFailure
{
    /// <summary>There is no such object, or no such bucket.</summary>
    NotFound,

    /// <summary>The server refused: no right, no credentials, or wrong ones.</summary>
    Denied,

    /// <summary>No answer, or the connection broke more often than is made up for.</summary>
    Network,

    /// <summary>The server answered, but not with the object: it is failing, or it is no S3 server.</summary>
    Server,

    /// <summary>The object changed again and again while it was fetched.</summary>
    Changed,

    /// <summary>What arrived is not what the server says it holds (length, MD5 or checksum).</summary>
    Damaged,

    /// <summary>No place to put the file.</summary>
    NoRoom,
}
