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
        await PurgeAsync(PurgeKind.Tag, TaggedOrigin.ManifestTag(video), cancellation);
        // Under another route, one of the operator's own, it carries no tag.
        await PurgeAsync(PurgeKind.Url, "/" + VideoKeys.Master(video), cancellation);
    }

    public async Task OnDeletedAsync(Guid video, CancellationToken cancellation)
    {
        await PurgeAsync(PurgeKind.Tag, VideoKeys.Tag(video), cancellation);
        await PurgeAsync(PurgeKind.Prefix, "/" + VideoKeys.Hls(video), cancellation);
    }

    // Every other node follows the catalog by itself: one that hangs must not hold up each change by the seconds that whoever asks for a purge waits for its receipt.
    private Task<PurgeReceipt> PurgeAsync(PurgeKind kind, string value, CancellationToken cancellation) => cache.PurgeAsync(new PurgeRequest(kind, value) { IsInvalidation = true }, cancellation);
}
