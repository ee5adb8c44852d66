using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Hosting;

public sealed class EdgeObserverTests : IPurgeLayer
{
    private readonly List<PurgeRequest> asked = [];

    Task<PurgeReceipt> IPurgeLayer.PurgeAsync(PurgeRequest request, CancellationToken cancellation)
    {
        asked.Add(request);
        return Task.FromResult(new PurgeReceipt());
    }

    [Fact]
    public async Task Changes_OfVideos_WaitForNoNodesReceipt()
    {
        await using var cache = ObjectCache.Open(new ObjectCacheOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        cache.AddLayer(this);
        var observer = new EdgeObserver(cache);

        await observer.OnPublishedAsync(Guid.NewGuid(), TestContext.Current.CancellationToken);
        await observer.OnDeletedAsync(Guid.NewGuid(), TestContext.Current.CancellationToken);

        Assert.Equal([PurgeKind.Tag, PurgeKind.Url, PurgeKind.Tag, PurgeKind.Prefix], asked.Select(request => request.Kind));
        Assert.All(asked, request => Assert.True(request.IsInvalidation));
    }
}
