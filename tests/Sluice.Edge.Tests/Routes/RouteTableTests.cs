using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Tests.Routes;

public class RouteTableTests
{
    // Each of its requests would fail.
    [Fact]
    public async Task Edge_RouteWithoutOrigins_IsRefused()
    {
        await using var cache = ObjectCache.Open(new() { MemoryBytes = 0 }, TimeProvider.System, NullLoggerFactory.Instance);
        using var counters = new EdgeCounters();
        var options = new EdgeOptions();
        options.Routes.Add(new EdgeRoute { Name = "empty", Origins = [] });
        var wrong = Assert.Throws<ArgumentException>(() => new SluiceEdge(cache, options, counters, TimeProvider.System, NullLoggerFactory.Instance));
        Assert.Contains("empty", wrong.Message, StringComparison.Ordinal);
    }
}
