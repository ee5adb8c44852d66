using System.Collections.Concurrent;

namespace Sluice.S3.PresignedUrls;

/// <summary>
/// Since when URLs of a path have to be signed for them to be handed out: their object changed then, and what was signed before may stand in caches with what it was.
/// A stable URL's signing time would be rounded down to before that, and the URL be the same one again.
/// </summary>
internal sealed class PresignVoids(TimeProvider time, int mostPaths = 100_000)
{
    private readonly ConcurrentDictionary<string, PresignVoid> paths = new(StringComparer.Ordinal);
    private PresignVoid everything = new(0, 0);
    private long sequence;

    /// <summary>Since when, for a path without its leading slash.</summary>
    public PresignVoid Of(string path) => paths.TryGetValue(path, out var since) ? since : Volatile.Read(ref everything);

    /// <summary>All that is signed for a path until now is void.</summary>
    public void Add(string path)
    {
        var now = time.GetUtcNow().UtcTicks;
        var since = new PresignVoid(now - (now % TimeSpan.TicksPerSecond), Interlocked.Increment(ref sequence));
        if (paths.Count >= mostPaths)
        {
            // More than are remembered one by one: signing everything anew costs less than handing out one URL too long.
            Volatile.Write(ref everything, since);
            paths.Clear();
        }
        paths[path] = since;
    }
}

/// <summary>A moment before which nothing counts.</summary>
/// <param name="Since">Ticks of a whole second; 0 for never.</param>
/// <param name="Number">Tells two in one second apart.</param>
internal sealed record PresignVoid(long Since, long Number);
