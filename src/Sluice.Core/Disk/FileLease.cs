using Microsoft.Win32.SafeHandles;

namespace Sluice.Core.Disk;

/// <summary>A body file kept open, and kept on disk, until disposed. The default value is nobody's.</summary>
public readonly struct FileLease : IDisposable
{
    private readonly DiskObject? source;
    private readonly DiskBody? body;

    internal FileLease(DiskObject source, DiskBody body, SafeFileHandle file) => (this.source, this.body, File) = (source, body, file);

    /// <summary>The file: the plain body, each byte at its own position.</summary>
    public SafeFileHandle File { get; }

    /// <inheritdoc/>
    public void Dispose() => source?.Tier.EndUse(source);

    /// <summary>
    /// True when the page cache has these bytes, so that sending them does not wait for the disk. Looks at the first and the last only, and once in a second for the
    /// same bytes: the kernel gives up last what was sent just now, and asking it costs a tenth of a small answer.
    /// </summary>
    /// <param name="start">The first byte.</param>
    /// <param name="end">One past the last.</param>
    /// <param name="second">The time, in seconds since whenever; never 0.</param>
    public bool IsInPageCache(long start, long end, int second)
    {
        var question = (((ulong)start * 0x9E3779B97F4A7C15) ^ (ulong)end) + ((ulong)second << 40);
        if (Volatile.Read(ref body!.SeenInPageCache) == question) return true;
        Span<byte> one = stackalloc byte[1];
        if (!PageCacheRead.TryFill(File, one, start) || !PageCacheRead.TryFill(File, one, end - 1)) return false;
        Volatile.Write(ref body.SeenInPageCache, question);
        return true;
    }

    /// <summary>Brings bytes into the page cache, waiting on a thread of the pool. They are there when it is done, unless they cannot be read or the kernel needed the room again.</summary>
    /// <remarks>
    /// Read in turn a file comes in large pages (folios), and more of it than was asked for. What is ordered by posix_fadvise comes in pages of 4 KB, whose making and sending took nearly twice the
    /// processor time.
    /// </remarks>
    /// <param name="start">The first byte.</param>
    /// <param name="end">One past the last byte.</param>
    public async Task BringAsync(long start, long end)
    {
        var file = File;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        PageCacheRead.Bring(file, start, end);
    }

    internal bool Holds(int chunk) => body!.IsVerified(chunk);
}
