using Sluice.Catalog.Videos;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Uploads;

/// <summary>Where a video's file is to be PUT (row U088): to the bucket where that can be, else to this program.</summary>
internal sealed class UploadUrls(IObjectStore store, UploadTokens tokens, CatalogOptions options)
{
    /// <summary>The address; <paramref name="api"/> is how the caller reached this program.</summary>
    public async ValueTask<Uri> ForAsync(Video video, string api, CancellationToken cancellation) =>
        await store.GetUploadUrlAsync(video.OriginalKey, options.UploadValidity, cancellation) ?? new Uri(api + tokens.Sign(video.Id, options.UploadValidity));
}
