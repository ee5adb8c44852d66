namespace Sluice.S3.PresignedUrls;

/// <summary>Presigned URLs of one bucket, signed once and handed out until they near their end. Safe for concurrent use.</summary>
public interface IPresignedUrls
{
    /// <summary>The URL under which <paramref name="path"/> can be fetched (or put) without credentials: from memory, from the store, else signed.</summary>
    /// <param name="path">Key of the object below the configured prefix, as it is (not percent-encoded); one leading slash is ignored.</param>
    /// <param name="options">Method, validity and response overrides; null for a plain GET.</param>
    /// <param name="cancellation">Stops waiting; whoever else waits for the same URL still gets it.</param>
    /// <exception cref="ArgumentException">There is no such key, method, validity or region; the message says why.</exception>
    /// <exception cref="PresignedUrlException">There are no credentials to sign with.</exception>
    ValueTask<PresignedUrl> GetAsync(string path, PresignOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Signs what is not yet held, for many paths at once (row PRE-16).</summary>
    /// <returns>How many are ready, and what went wrong with the others.</returns>
    Task<PresignWarmReport> WarmAsync(IReadOnlyCollection<string> paths, PresignOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Forgets every URL held in memory and in the store (row TAG-10). URLs already handed out stay valid until they expire or their key is deactivated.</summary>
    /// <returns>How many were forgotten.</returns>
    Task<int> PurgeAsync(CancellationToken cancellation = default);

    /// <summary>Forgets every URL of one path, in memory and in the store, because its object changed. What is handed out from then on is another URL, a stable one too, so that no cache on the way answers it with what the object was.
    /// URLs already handed out stay valid until they expire, and give what the object is now. A store that cannot be asked is passed over.</summary>
    /// <param name="path">Key of the object below the configured prefix, as for <see cref="GetAsync"/>.</param>
    /// <param name="cancellation">Stops waiting for the store.</param>
    /// <returns>How many URLs were forgotten.</returns>
    Task<int> ForgetAsync(string path, CancellationToken cancellation = default);

    /// <summary>Takes over newer credentials: asks for them anew, tries them on the hottest paths, signs everything held again, hottest first, then purges what the old ones signed (row PRE-18).
    /// Until the new ones are proven the old ones go on signing, so that no request meets a 403.</summary>
    Task<RotationReport> RotateAsync(CancellationToken cancellation = default);

    /// <summary>Counts and rates since start.</summary>
    PresignStatistics GetStatistics();
}
