using Sluice.Catalog.Videos;
using Sluice.Core.Origins;

namespace Sluice.Catalog.Hls;

/// <summary>An origin of HLS files that names the video each belongs to, so that the edge can purge by tag (decision D25).</summary>
public sealed class TaggedOrigin(IOrigin inner) : IOrigin, IDisposable
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public string Scope => inner.Scope;

    /// <inheritdoc/>
    public OriginTraits Traits => inner.Traits;

    /// <summary>The tag of what replaces itself under one name: the master manifest.</summary>
    public static string ManifestTag(Guid video) => VideoKeys.Tag(video) + ":manifest";

    /// <inheritdoc/>
    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        var response = await inner.FetchAsync(request, cancellation);
        if (VideoKeys.OfPath(request.Path) is { } video)
            response.Headers.Add("Cache-Tag", request.Path.EndsWith("/master.m3u8", StringComparison.Ordinal) ? $"{VideoKeys.Tag(video)},{ManifestTag(video)}" : VideoKeys.Tag(video));
        return response;
    }

    /// <inheritdoc/>
    public void Dispose() => (inner as IDisposable)?.Dispose();
}
