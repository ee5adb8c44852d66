namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    /// <summary>The files held, last used first.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public IReadOnlyList<S3DownloadEntry> Entries() => WithStore(open => open.Entries($"SELECT {DownloadIndex.Columns} FROM entries ORDER BY used DESC"));

    /// <summary>Counts and sizes, over all processes that use the directory.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public S3DownloadStatistics GetStatistics() => WithStore(open => open.Statistics());

    /// <summary>Deletes the file of an address, leased or not; false when there was none.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public bool Remove(string s3Url, string? profile = null) =>
        WithStore(open => open.Remove(KeyOf(s3Url, profile)));

    /// <summary>Deletes all files, leased or not, and the counts; how many files.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public int Clear() => WithStore(open => open.Clear());

    /// <summary>Deletes what is past its time, and what nobody knows; done once a minute by itself.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public void Clean()
    {
        WithStore(open => open.Sweep(always: true, CancellationToken.None));
        refuge.Sweep();
    }

    /// <summary>Reads every file and compares it with what was fetched; the damaged ones are deleted and named.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public Task<IReadOnlyList<S3DownloadEntry>> VerifyAsync(CancellationToken cancellation = default) => Task.Run(() => WithStore(open => open.Verify(cancellation)), cancellation);

    /// <summary>How the cache is used, and what it would be worth at other sizes (row S3D-35).</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    public S3DownloadReport Report() => WithStore(open => open.Report());

    private T WithStore<T>(Func<DownloadStore, T> use)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!Options.Enabled) throw new IOException("The download cache is off: CACHE_ENABLED is false.");
        var open = Store() ?? throw new IOException($"The download cache {Options.Directory} cannot be used: check its permissions and free space, or choose another (CACHE_DIR).");
        try
        {
            open.Flush();
            return use(open);
        }
        catch (Microsoft.Data.Sqlite.SqliteException failure)
        {
            Trouble(open, failure);
            throw new IOException($"The index of the download cache {Options.Directory} failed ({failure.Message}): try again.", failure);
        }
    }
}
