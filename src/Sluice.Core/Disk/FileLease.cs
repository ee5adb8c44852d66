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

    /// <summary>True when the page cache has these bytes, so that sending them does not wait for the disk. Looks at the first and the last only.</summary>
    public bool IsInPageCache(long start, long end)
    {
        Span<byte> one = stackalloc byte[1];
        return PageCacheRead.TryFill(File, one, start) && PageCacheRead.TryFill(File, one, end - 1);
    }

    /// <summary>Reads from the page cache; false when not all bytes are there.</summary>
    public bool TryRead(Span<byte> into, long start) => PageCacheRead.TryFill(File, into, start);

    internal bool Holds(int chunk) => body!.IsVerified(chunk);
}
