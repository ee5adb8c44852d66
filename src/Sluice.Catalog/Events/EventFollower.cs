using System.Globalization;
using Microsoft.Extensions.Logging;
using Sluice.Catalog.Caching;
using Sluice.Catalog.Storage;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Events;

/// <summary>
/// Follows the events of the catalog, which were committed together with the changes they tell of: copies in the cache are voided and edges told, whoever made the change
/// and whenever he died after it. Where it has got to is kept in a file beside the edge's own disk cache, so that nothing is missed while this process is down.
/// </summary>
internal sealed class EventFollower(ICatalogStore store, CachedVideoService videos, ICatalogObserver observer, string? cursorFile, TimeProvider time, ILogger<EventFollower> logger)
{
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1), KeepEvents = TimeSpan.FromDays(7);

    // So many events of a restored database are taken in again: those written since, before it was noticed, are among them.
    private const int Again = 500;

    private readonly HashSet<Guid> unvoided = [];
    private long? cursor, saved;
    private long pruned;

    /// <summary>Follows until stopped.</summary>
    public async Task RunAsync(TimeSpan poll, CancellationToken stop)
    {
        var complained = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await CatchUpAsync(stop);
                complained = false;
                await Task.Delay(poll, time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (IOException e)
            {
                if (!complained) logger.LogWarning("Changes of the catalog cannot be followed; it goes on when that works again: {Reason}", e.Message);
                complained = true;
                await Task.WhenAny(Task.Delay(poll * 4, time, stop));
            }
        }
    }

    /// <summary>Takes in what has happened until now.</summary>
    /// <exception cref="IOException">Not all of it; what was missed is taken in the next time.</exception>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        cursor ??= await BeginAsync(cancellation);
        while (true)
        {
            // What a cache that was away still owes.
            await VoidAsync(cancellation);
            var last = await store.LastEventAsync(cancellation);
            if (last < cursor)
            {
                // Its next numbers would be taken for ones that were read.
                logger.LogWarning("The catalog's database is an older copy of what it was: its newest change is {Last}, and {Read} were followed. Its last changes are taken in once more", last, cursor);
                cursor = Math.Max(0, last - Again);
            }
            if (last == cursor) break;
            var events = await store.ReadEventsAsync(cursor.Value, cancellation);
            if (events.Count == 0) break;
            foreach (var one in events)
            {
                // The edge first: whoever learns from the row that a video is READY finds its new manifest.
                if (one.Kind == CatalogEventKind.Published) await observer.OnPublishedAsync(one.VideoId, cancellation);
                else if (one.Kind == CatalogEventKind.Deleted) await observer.OnDeletedAsync(one.VideoId, cancellation);
                unvoided.Add(one.VideoId);
                videos.Distrust(one.VideoId);
                cursor = one.Id;
                await VoidAsync(cancellation);
            }
        }
        // Until every copy is voided a restart takes these events in once more.
        if (unvoided.Count == 0 && cursor != saved) Save(cursor.Value);
        if (pruned != 0 && time.GetElapsedTime(pruned) < PruneEvery) return;
        pruned = time.GetTimestamp();
        await store.PruneAsync(KeepEvents, cancellation);
    }

    // A cache that cannot be reached keeps nothing from the edge: its copies are voided once it can be.
    private async Task VoidAsync(CancellationToken cancellation)
    {
        foreach (var video in unvoided)
            if (await videos.InvalidateAsync(video, cancellation)) unvoided.Remove(video);
            else return;
    }

    // A number beyond the newest is another database's.
    private async Task<long> BeginAsync(CancellationToken cancellation)
    {
        var last = await store.LastEventAsync(cancellation);
        if (Load() is { } kept && kept <= last) return (saved = kept).Value;
        // From now on the edge may keep what changes later.
        Save(last);
        return last;
    }

    private long? Load()
    {
        try
        {
            return cursorFile is not null && File.Exists(cursorFile) && long.TryParse(File.ReadAllText(cursorFile), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Save(long at)
    {
        saved = at;
        if (cursorFile is null) return;
        try
        {
            OwnerOnly.CreateDirectory(Path.GetDirectoryName(cursorFile)!);
            File.WriteAllText(cursorFile + ".new", at.ToString(CultureInfo.InvariantCulture));
            File.Move(cursorFile + ".new", cursorFile, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{File} cannot be written ({Reason}); after a restart, changes made until then may be seen only when their time is up", cursorFile, e.Message);
        }
    }
}
