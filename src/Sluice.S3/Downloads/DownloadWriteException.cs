namespace Sluice.S3.Downloads;

/// <summary>Bytes could not be written where they were to go: a matter of the place, not of the bucket.</summary>
internal sealed class DownloadWriteException(string message, Exception inner) : Exception(message, inner);
