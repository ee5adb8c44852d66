using System.Collections.Concurrent;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Caching;

/// <summary>Caching around any catalog (row CAT-02): look-ups by id come from the cache, one at a time for each id; whatever changes a video voids its copies once the change is committed.</summary>
internal sealed class CachedVideoService(IVideos inner, IVideoCache cache, CatalogOptions options, CatalogMeter meter, Func<string, string>? sign = null) : IVideos
{
    private readonly ConcurrentDictionary<Guid, Lazy<Task<Video>>> flights = new();

    // Changed since their copies were made, which a store that takes no writes may give for as long as they live: these are read from the database.
    private readonly ConcurrentDictionary<Guid, object> changed = new();

    public Task<Video> CreateAsync(NewVideo wanted, CancellationToken cancellation = default) => inner.CreateAsync(wanted, cancellation);

    public async Task<Video> GetAsync(Guid id, CancellationToken cancellation = default)
    {
        Lazy<Task<Video>>? mine = null;
        var flight = flights.GetOrAdd(id, key => mine = new(() => FlyAsync(key, () => mine!)));
        meter.Flight(isShared: flight != mine);
        return WithAddress(await flight.Value.WaitAsync(cancellation));
    }

    public async Task<VideoPage> ListAsync(VideoQuery query, CancellationToken cancellation = default)
    {
        var page = await inner.ListAsync(query, cancellation);
        return page with { Videos = [.. page.Videos.Select(WithAddress)] };
    }

    public async Task<Video> ProcessAsync(Guid id, CancellationToken cancellation = default) => await ChangedAsync(await inner.ProcessAsync(id, cancellation));

    public async Task<Video> ReprocessAsync(Guid id, CancellationToken cancellation = default) => await ChangedAsync(await inner.ReprocessAsync(id, cancellation));

    public async Task<Video> CancelAsync(Guid id, CancellationToken cancellation = default) => await ChangedAsync(await inner.CancelAsync(id, cancellation));

    public async Task<Video> DeleteAsync(Guid id, CancellationToken cancellation = default) => await ChangedAsync(await inner.DeleteAsync(id, cancellation));

    /// <summary>Voids copies after a change that somebody else made. False when the cache could not be reached; call again until it can, and until then its copy is passed over here.</summary>
    public async ValueTask<bool> InvalidateAsync(Guid id, CancellationToken cancellation = default)
    {
        var change = Distrust(id);
        var isVoid = await cache.InvalidateAsync(id, cancellation);
        // A later change is to be voided by itself.
        if (isVoid) changed.TryRemove(new(id, change));
        return isVoid;
    }

    /// <summary>Passes over a copy until <see cref="InvalidateAsync"/>, called from now on, has voided it. Answers what stands for that.</summary>
    public object Distrust(Guid id)
    {
        var change = changed[id] = new object();
        // Whoever comes from now on must not be answered by a look-up that began before the change.
        flights.TryRemove(id, out _);
        return change;
    }

    private async Task<Video> FlyAsync(Guid id, Func<Lazy<Task<Video>>> self)
    {
        try
        {
            return await LookUpAsync(id);
        }
        finally
        {
            flights.TryRemove(new(id, self()));
        }
    }

    private async Task<Video> LookUpAsync(Guid id)
    {
        // Nobody's leaving ends it for the others; the cache and the database have bounds of their own.
        if (changed.ContainsKey(id)) return await inner.GetAsync(id, CancellationToken.None);
        var lookup = await cache.GetAsync(id, CancellationToken.None);
        if (lookup.Video is { } copy) return copy;
        var video = await inner.GetAsync(id, CancellationToken.None);
        await cache.SetAsync(video, options.TimeToLive, lookup, CancellationToken.None);
        return video;
    }

    // The change is made, so its caller's leaving does not undo the rest of it.
    private async Task<Video> ChangedAsync(Video video)
    {
        await InvalidateAsync(video.Id, CancellationToken.None);
        return WithAddress(video);
    }

    private Video WithAddress(Video video) => video.Status == VideoStatus.Ready && video.HlsKey is { } key
        ? video with { PlaybackUrl = new Uri($"{options.PublicUrl.ToString().TrimEnd('/')}/{key}{(sign is null ? "" : "?" + sign("/" + key))}") }
        : video;
}
