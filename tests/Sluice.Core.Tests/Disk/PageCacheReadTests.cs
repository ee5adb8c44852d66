using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sluice.Core.Disk;

namespace Sluice.Core.Tests.Disk;

/// <summary>Bytes are read into the page cache, of which nothing else is seen.</summary>
public sealed class PageCacheReadTests : IDisposable
{
    private const int Length = (3 << 20) + 5;
    private readonly string path = Path.GetTempFileName();

    public PageCacheReadTests() => File.WriteAllBytes(path, [.. Enumerable.Range(0, Length).Select(i => (byte)(i * 7))]);

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData(0, Length)]
    [InlineData(4097, (2 << 20) + 1)]
    [InlineData(Length - 1, Length + 1000)] // beyond the end
    public void Bring_WhatThePageCacheLost_IsThere(long start, long end)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        // A file system in memory loses nothing.
        Assert.Equal(0, Advise(file, 0, 0, 4));
        PageCacheRead.Bring(file, start, end);
        var bytes = new byte[(int)(Math.Min(end, Length) - start)];
        Assert.True(PageCacheRead.TryFill(file, bytes, start));
        Assert.True(bytes.Index().All(at => at.Item == (byte)((start + at.Index) * 7)));
    }

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(SafeFileHandle file, long start, long length, int advice);
}
