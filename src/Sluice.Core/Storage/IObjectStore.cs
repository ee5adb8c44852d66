namespace Sluice.Core.Storage;

/// <summary>Whole objects by key, in a folder or a bucket: for programs that bring and take files. Viewers read the same place through an origin.</summary>
/// <remarks>Keys are relative paths with slashes, without empty, "." or ".." segments. What cannot be done is an <see cref="IOException"/> whose message says why; a <see cref="StoreAwayException"/> where the store does not answer.</remarks>
public interface IObjectStore
{
    /// <summary>A short name for messages, free of secrets.</summary>
    string Name { get; }

    /// <summary>Length of an object in bytes; null when there is none.</summary>
    ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default);

    /// <summary>A file on this machine that holds the object: its own, not to be changed, or a copy put into <paramref name="scratch"/>; null when there is no such object.</summary>
    ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default);

    /// <summary>Stores a file under a key, replacing what was there, all of it or nothing.</summary>
    ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default);

    /// <summary>Keys that begin with <paramref name="prefix"/>.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>Deletes an object; nothing happens when there is none.</summary>
    ValueTask DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>A URL to which a client may PUT the object without credentials for that long; null when the store takes objects only from this program.</summary>
    ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default);
}
