using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Tests.Serving;

public sealed class LeavingClientTests
{
    /// <summary>Over HTTP/2 there is a moment between the two, and an answer that is too short for its length then was an error of an unhandled exception in the log.</summary>
    [Fact]
    public async Task Get_ServerTakesNoMoreBeforeItSaysThatTheClientLeft_IsGivenUp()
    {
        var origin = new MadeOrigin { Length = 1 << 20 };
        await using var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 4 << 20 }, TimeProvider.System, NullLoggerFactory.Instance);
        using var counters = new EdgeCounters();
        var options = new EdgeOptions();
        options.Routes.Add(new EdgeRoute { Name = "all", Origins = [origin] });
        var edge = new SluiceEdge(cache, options, counters, TimeProvider.System, NullLoggerFactory.Instance);
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/a", Scheme = "http", Host = new HostString("edge") } };
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/a";
        var client = new Client();
        context.Features.Set<IHttpRequestLifetimeFeature>(client);
        context.Features.Set<IHttpResponseBodyFeature>(client);

        await edge.InvokeAsync(context);

        Assert.True(client.IsGivenUp);
        Assert.Equal(0, counters.Bytes(Outcome.Miss));
    }

    private sealed class Client : StreamResponseBodyFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
    {
        private readonly Pipe pipe = new();

        public Client()
            : base(new MemoryStream()) => pipe.Reader.Complete();

        PipeWriter IHttpResponseBodyFeature.Writer => pipe.Writer;

        public CancellationToken RequestAborted { get; set; }

        public bool IsGivenUp { get; private set; }

        public void Abort() => IsGivenUp = true;
    }
}
