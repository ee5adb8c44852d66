using Sluice.Catalog;
using Sluice.Catalog.Hls;
using Sluice.Catalog.Videos;
using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Hosting;

/// <summary>Purges this process's edge when a video of the catalog changes (decision D25).</summary>
internal sealed class EdgeObserver(ObjectCache cache) : ICatalogObserver
{
    public async Task OnPublishedAsync(Guid video, CancellationToken cancellation)
    {
        await cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, TaggedOrigin.ManifestTag(video)), cancellation);
        // Under another route, one of the operator's own, it carries no tag.
        await cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/" + VideoKeys.Master(video)), cancellation);
    }

    public async Task OnDeletedAsync(Guid video, CancellationToken cancellation)
    {
        await cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, VideoKeys.Tag(video)), cancellation);
        await cache.PurgeAsync(new PurgeRequest(PurgeKind.Prefix, "/" + VideoKeys.Hls(video)), cancellation);
    }
}
