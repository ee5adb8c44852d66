namespace Sluice.S3.PresignedUrls;

internal sealed partial class PresignedUrlCache
{
    private const int MostErrors = 20;

    internal PresignMemory Memory => memory;

    internal PresignTargets Targets => targets;

    internal PresignCredentials Credentials => credentials;

    internal PresignStore? Kept => store;

    internal TimeProvider Time => time;

    public async Task<PresignWarmReport> WarmAsync(IReadOnlyCollection<string> paths, PresignOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var (ready, failed, before) = (0, 0, counters[PresignCount.Signatures]);
        var errors = new List<string>();
        await Parallel.ForEachAsync(paths, cancellation, async (path, stop) =>
        {
            try
            {
                await GetAsync(path, options, stop);
                Interlocked.Increment(ref ready);
            }
            catch (Exception wrong) when (wrong is ArgumentException or PresignedUrlException)
            {
                Interlocked.Increment(ref failed);
                lock (errors)
                    if (errors.Count < MostErrors) errors.Add($"{PresignEvents.Truncate(path ?? "")}: {wrong.Message}");
            }
        }).ConfigureAwait(false);
        return new(ready, failed, counters[PresignCount.Signatures] - before, errors);
    }

    public Task<int> PurgeAsync(CancellationToken cancellation = default) => AwayAsync(() => PurgeHereAsync(cancellation));

    public Task<int> ForgetAsync(string path, CancellationToken cancellation = default) => AwayAsync(() => ForgetHereAsync(path, cancellation));

    public Task<RotationReport> RotateAsync(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed) != 0, typeof(IPresignedUrls));
        return AwayAsync(() => rotation.RunAsync(cancellation));
    }

    private async Task<int> PurgeHereAsync(CancellationToken cancellation)
    {
        check?.Forget();
        var forgotten = memory.RemoveWhere(_ => true);
        return store is null ? forgotten : Math.Max(forgotten, await store.DeleteAsync(PresignStore.EveryEntry, cancellation));
    }

    private async Task<int> ForgetHereAsync(string path, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        path = PresignKey.Normalise(path).ToString();
        // First this: what is being signed meanwhile sees it.
        voids.Add(path);
        check?.Forget(path);
        var forgotten = memory.Remove(path);
        if (store is null) return forgotten;
        try
        {
            return Math.Max(forgotten, await store.DeleteAsync(PresignStore.TagOfPath(path), cancellation));
        }
        catch (Exception failure) when (PresignStore.IsFailure(failure))
        {
            // It is counted. What the store still has was signed before, and is not accepted from it.
            return forgotten;
        }
    }

    private void BeginRotation()
    {
        if (rotation.TryReserve()) Track(() => rotation.RunReservedAsync(closing.Token));
    }
}
