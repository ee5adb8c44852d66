using System.Runtime.CompilerServices;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>What lies below a prefix of a bucket. A large one takes minutes to list, and says how far it is.</summary>
internal static class BucketListing
{
    /// <summary>The objects, without those that consoles make to show a folder, of no bytes.</summary>
    public static async IAsyncEnumerable<(string S3Url, long Length)> ReadAsync(Terminal terminal, S3DownloadCache cache, string prefix, S3DownloadOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (line, found) = (new ProgressLine(terminal), 0);
        try
        {
            await foreach (var item in cache.ListAsync(prefix, options, cancellation))
            {
                line.Count(++found, $"objects listed below {prefix}");
                if (item.Length > 0 || !item.S3Url.EndsWith('/'))
                    yield return item;
            }
        }
        finally
        {
            line.End();
        }
    }
}
