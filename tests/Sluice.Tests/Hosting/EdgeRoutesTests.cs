using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Tests.Hosting;

public sealed class EdgeRoutesTests
{
    // Of an HTTP server that says nothing defaultLifetime is what ttl.ok is of a bucket.
    [Theory]
    [InlineData(null, 24)]
    [InlineData(1, 1)]
    [InlineData(240, 48)]
    public async Task Variants_OfAnHttpServer_AreFreshNoLongerThanItsAnswersThatDoNotSay(int? defaultHours, int expectedHours)
    {
        var options = new SluiceOptions();
        options.Video.KvTtl.Ok = TimeSpan.FromHours(48);
        var route = new RouteSection { Name = "http", DefaultLifetime = defaultHours is { } hours ? TimeSpan.FromHours(hours) : null };
        route.Origins.Add(new OriginSection { Url = "http://127.0.0.1:1" });
        await using var video = new VideoHost(options, NullLoggerFactory.Instance, TimeProvider.System);
        var made = EdgeRoutes.From(route, new OriginFactory(null, NullLoggerFactory.Instance, TimeProvider.System), video, TimeProvider.System);
        Assert.Equal(TimeSpan.FromHours(expectedHours), made.VariantPolicy!.Ok);
    }
}
