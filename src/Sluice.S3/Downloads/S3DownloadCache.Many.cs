using System.Runtime.CompilerServices;
using Sluice.Core.Origins;
using Sluice.S3.Objects;

namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    /// <summary>The addresses of the objects below a prefix, and their lengths, as the server lists them.</summary>
    /// <param name="s3Prefix">s3://BUCKET or s3://BUCKET/PREFIX.</param>
    /// <param name="options">Who asks, and where.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">The address is none, or the profile does not exist.</exception>
    /// <exception cref="S3DownloadException">The bucket cannot be listed.</exception>
    public async IAsyncEnumerable<(string S3Url, long Length)> ListAsync(string s3Prefix, S3DownloadOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (!S3Location.TryParse(s3Prefix, out var place, out var wrong)) throw new ArgumentException(wrong);
        var items = Source(place.Bucket, options ?? new()).ListAsync(place.Prefix, cancellation).GetAsyncEnumerator(cancellation);
        await using var end = items.ConfigureAwait(false);
        // As with a file: not on the thread of a window.
        while (await (SynchronizationContext.Current is null ? NextAsync(items) : Task.Run(() => NextAsync(items), CancellationToken.None)).ConfigureAwait(false))
            yield return ($"s3://{place.Bucket}/{items.Current.Key}", items.Current.Length);
    }

    /// <summary>Fetches what is not held yet, several at a time, and hands nothing out (row S3D-32). Tells of each as it is done: how it was had, or why not.</summary>
    /// <param name="s3Urls">What to hold.</param>
    /// <param name="parallel">How many at a time; each takes up to <see cref="S3DownloadCacheOptions.Parallelism"/> requests.</param>
    /// <param name="options">What all of them want.</param>
    /// <param name="done">Told of each, from several threads; null: the first that cannot be had ends the call with its exception.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task WarmAsync(IEnumerable<string> s3Urls, int parallel = 4, S3DownloadOptions? options = null, Action<string, S3DownloadOutcome?, Exception?>? done = null, CancellationToken cancellation = default) =>
        Parallel.ForEachAsync(s3Urls, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (url, stop) =>
        {
            try
            {
                var outcome = await HandOutAsync(url, options, lease: false, found =>
                {
                    // What found no room in the cache is of no use here.
                    if (found is { Row: null, IsAlone: true }) File.Delete(found.Path);
                    return found.Outcome;
                }, stop);
                done?.Invoke(url, outcome, null);
            }
            catch (Exception failure) when (failure is S3DownloadException or ArgumentException && done is not null)
            {
                done(url, null, failure);
            }
        });

    private static async Task<bool> NextAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (OriginException failure)
        {
            throw new S3DownloadException(S3DownloadFailure.Network, failure.Message, failure);
        }
    }
}
