using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Edge;
using Sluice.Edge.Telemetry;
using Sluice.Hosting;

namespace Sluice.Tests.Hosting;

public sealed class EdgePipelineTests
{
    [Theory]
    [InlineData("https", false, "http")]
    [InlineData("gopher", false, "http")]
    [InlineData("http", true, "https")]
    public async Task Scheme_OverHttp2_IsTheConnectionsNotWhatTheClientSays(string said, bool isTls, string expected)
    {
        await using var cache = ObjectCache.Open(new ObjectCacheOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using var counters = new EdgeCounters();
        var edge = new SluiceEdge(cache, new EdgeOptions(), counters, TimeProvider.System, NullLoggerFactory.Instance);
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/a", Protocol = "HTTP/2", Scheme = said } };
        if (isTls) context.Features.Set<ITlsConnectionFeature>(new TlsConnectionFeature());
        await new EdgePipeline(edge, null, NullLogger<EdgePipeline>.Instance).InvokeAsync(context);
        Assert.Equal(expected, context.Request.Scheme);
    }
}
