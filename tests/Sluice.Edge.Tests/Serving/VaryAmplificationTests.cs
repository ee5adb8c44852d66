using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>Vary must not be a way to fill the cache: whoever makes up values of the field gets answers, and nothing grows.</summary>
[Collection(nameof(VaryAmplificationTests))]
[CollectionDefinition(nameof(VaryAmplificationTests), DisableParallelization = true)]
public sealed class VaryAmplificationTests
{
    private const int Variants = 100_000;

    [Fact]
    public async Task Get_HundredThousandVariantsOfOneUrl_KeepsMemoryBounded()
    {
        var time = new ManualTimeProvider();
        var origin = new MadeOrigin(OriginTraits.None) { Length = 1000 };
        origin.Extra.Add("Cache-Control", "max-age=3600");
        origin.Extra.Add("Vary", "Foo");
        await using var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 8 << 20 }, time, NullLoggerFactory.Instance);
        using var counters = new EdgeCounters();
        var options = new EdgeOptions();
        options.Routes.Add(new EdgeRoute { Name = "all", Origins = [origin] });
        var edge = new SluiceEdge(cache, options, counters, time, NullLoggerFactory.Instance);

        await AskAsync(edge, 0, 1000);
        origin.Requests.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var first = 1000; first < Variants; first += 1000)
        {
            await AskAsync(edge, first, 1000);
            origin.Requests.Clear();
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        var statistics = cache.GetStatistics();
        Assert.True(grown < 4 << 20, $"{grown} bytes more are live");
        Assert.Equal(1, statistics.Objects);
        Assert.InRange(statistics.MemoryChunks, 1, 200);
        Assert.InRange(statistics.MemoryBytes, 1, 8 << 20);
        // The latest are still there.
        await AskAsync(edge, Variants - 10, 10);
        Assert.Empty(origin.Requests);
    }

    private static async Task AskAsync(SluiceEdge edge, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var context = new DefaultHttpContext();
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/a";
            (context.Request.Method, context.Request.Path, context.Request.Scheme) = ("GET", "/a", "http");
            context.Request.Headers["Foo"] = i.ToString(CultureInfo.InvariantCulture);
            await edge.InvokeAsync(context);
            await context.Response.CompleteAsync();
            Assert.Equal(200, context.Response.StatusCode);
        }
    }
}
