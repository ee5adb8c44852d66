using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Sluice.Core.Origins;

namespace Sluice.S3.Downloads;

/// <summary>Fetches an object into the cache, or past it when the cache cannot take it.</summary>
internal sealed partial class DownloadFetcher(S3DownloadCacheOptions options, DownloadRefuge refuge, DownloadTrouble trouble, TimeProvider time, ILogger log)
{
    /// <summary>How often a download begins anew because the object changed under it.</summary>
    private const int Changes = 3;

    /// <summary>Fetches. A download of another process is waited for instead.</summary>
    /// <param name="ask">What.</param>
    /// <param name="store">Where to; null for past the cache.</param>
    /// <param name="judged">The entry found out of date; null for none.</param>
    /// <param name="flight">Told of bytes.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<DownloadFound> FetchAsync(DownloadAsk ask, DownloadStore? store, DownloadRow? judged, DownloadFlight flight, CancellationToken cancellation)
    {
        DownloadFound? found = null;
        try
        {
            if (store is not null)
            {
                var (row, begun) = await BeginAsync(ask, store, judged, cancellation);
                if (row is not null) return found = DownloadFound.In(store, row, S3DownloadOutcome.Coalesced);
                if (!begun) store = null;
            }
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            trouble.Unusable(options.Directory, failure);
            store = null;
        }
        try
        {
            if (store is not null) found = await FromOthersAsync(ask, store, flight, cancellation);
            return found ??= await FetchAsync(ask, store, flight, cancellation);
        }
        catch (OriginException failure)
        {
            throw new S3DownloadException(failure.Failure == OriginFailure.Changed ? S3DownloadFailure.Changed : S3DownloadFailure.Network, failure.Message, failure);
        }
        finally
        {
            if (found?.Row is null) Abandon(ask.Key, store);
        }
    }

    // What another process brought in the meantime; else this one is to fetch: into the cache where it has begun, past it where another one has begun and stands still.
    private async Task<(DownloadRow? Row, bool Begun)> BeginAsync(DownloadAsk ask, DownloadStore store, DownloadRow? judged, CancellationToken cancellation)
    {
        for (var pause = 20; !store.TryBegin(ask.Key); pause = Math.Min(250, pause * 2))
        {
            var vigil = new DownloadVigil(store, ask.Key, time);
            do
            {
                await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellation);
                if (Newer() is { } fresh) return (fresh, false);
                if (!vigil.IsOver()) continue;
                trouble.StandsStill(ask.Url);
                return (null, false);
            }
            while (store.IsUnderWay(ask.Key));
        }
        // Between the lookup and now another process may have finished.
        if (Newer() is not { } row) return (null, true);
        store.Abandon(ask.Key);
        return (row, false);

        DownloadRow? Newer() => !ask.Skip && store.Find(ask.Key, ask.Source.Place) is { IsKnown: true } found && found.Created != judged?.Created ? found : null;
    }

    private async Task<DownloadFound> FetchAsync(DownloadAsk ask, DownloadStore? store, DownloadFlight flight, CancellationToken cancellation)
    {
        for (int changes = 0, damages = 0; ;)
        {
            var head = await ask.Source.BeginAsync(ask.ObjectKey, options.PartBytes, cancellation);
            if (!ask.ETagIsMd5) head = head with { HasMd5 = false };
            await using var response = head.Response;
            if (store is not null && !Reserve(ask, store, head.Length))
            {
                // Others need not wait for what they will not find.
                Abandon(ask.Key, store);
                store = null;
            }
            var path = store?.PartPathOf(ask.Key) ?? ask.To ?? Elsewhere(ask);
            var kept = false;
            try
            {
                flight.Begin(head.Length);
                var sums = await WriteAsync(ask, head, path, flight, cancellation);
                var found = store is null ? new(path, head.Length, head.Version.ETag, S3DownloadOutcome.Bypass, head.Length) : Commit(ask, store, head, path, sums);
                kept = true;
                if (found.Row is not null) Offer(ask, head, sums, found.Path);
                log.LogDebug(DownloadEvents.Fetched, "Fetched {Url}: {Bytes} bytes", ask.Url, head.Length);
                return found;
            }
            catch (DownloadWriteException failure) when (store is not null)
            {
                trouble.Unusable(options.Directory, failure);
                Abandon(ask.Key, store);
                store = null;
            }
            catch (DownloadWriteException failure)
            {
                throw new S3DownloadException(S3DownloadFailure.NoRoom, $"{ask.Url} could not be written to {path} ({failure.Message.TrimEnd('.')}): free disk space{(ask.To is null ? ", or point TMPDIR elsewhere" : "")}.", failure);
            }
            catch (OriginException failure) when (failure.Failure == OriginFailure.Changed && ++changes <= Changes)
            {
                log.LogDebug(DownloadEvents.Resumed, "{Url} changed while it was fetched, and is fetched anew", ask.Url);
            }
            catch (S3DownloadException failure) when (failure.Failure == S3DownloadFailure.Damaged && ++damages <= 1)
            {
                log.LogWarning(DownloadEvents.FileDamaged, "{Url} arrived damaged, and is fetched anew", ask.Url);
            }
            finally
            {
                if (!kept) Delete(path);
            }
        }
    }

    private async Task<DownloadSums> WriteAsync(DownloadAsk ask, DownloadHead head, string path, DownloadFlight flight, CancellationToken cancellation)
    {
        using var file = Create(path, head.Length);
        return await new DownloadTransfer(ask.Source, ask.ObjectKey, head, file, options) { Time = time, Log = log, Arrived = flight.Arrived }.RunAsync(cancellation);
    }

    private static SafeFileHandle Create(string path, long length)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Takes the space at once, so that a full disk shows before anything was fetched.
            return File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.None, length);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DownloadWriteException(failure.Message, failure);
        }
    }

    private DownloadFound Commit(DownloadAsk ask, DownloadStore store, DownloadHead head, string part, DownloadSums sums)
    {
        try
        {
            var row = store.Commit(new()
            {
                Key = ask.Key, Url = ask.Url, Place = ask.Source.Place, Length = head.Length, Size = head.Length,
                ETag = head.Version.ETag, Modified = head.Version.LastModified, Sha256 = sums.Sha256, Crc = sums.Crc, Stamp = 0, Created = 0, Used = 0,
            }, ask.Lease);
            return DownloadFound.In(store, row, S3DownloadOutcome.Miss, head.Length);
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            // Somebody has emptied the directory under it.
            if (!File.Exists(part)) throw new DownloadWriteException(failure.Message, failure);
            trouble.Unusable(options.Directory, failure);
            var path = Elsewhere(ask);
            File.Move(part, path);
            return new(path, head.Length, head.Version.ETag, S3DownloadOutcome.Bypass, head.Length);
        }
    }

    private bool Reserve(DownloadAsk ask, DownloadStore store, long length)
    {
        try
        {
            if (store.Reserve(ask.Key, length)) return true;
            trouble.NoRoom(ask.Url, length, options);
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            trouble.Unusable(options.Directory, failure);
        }
        return false;
    }

    private string Elsewhere(DownloadAsk ask)
    {
        try
        {
            return refuge.Next(ask.Key);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new S3DownloadException(S3DownloadFailure.NoRoom, $"There is no place for {ask.Url}: neither the cache nor the folder for temporary files can be written ({failure.Message.TrimEnd('.')}).", failure);
        }
    }

    private void Abandon(string key, DownloadStore? store)
    {
        try
        {
            store?.Abandon(key);
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            // The next cleaning finds what is left.
            log.LogDebug(DownloadEvents.CleaningFailed, failure, "A download could not be tidied up after");
        }
    }

    private void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            log.LogDebug(DownloadEvents.CleaningFailed, failure, "A download could not be tidied up after");
        }
    }
}
