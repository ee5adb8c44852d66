using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Explain;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Tests.Serving;

/// <summary>A real edge on a free loopback port in front of the given origin.</summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private int begun;

    private EdgeServer(WebApplication app, ObjectCache cache, SluiceEdge edge, EdgeCounters counters, TimeProvider time)
    {
        (this.app, Cache, Counters, Edge) = (app, cache, counters, edge);
        Explainer = new EdgeExplainer(edge, time);
        Client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.None, MaxConnectionsPerServer = 1000 })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
    }

    public HttpClient Client { get; }

    public ObjectCache Cache { get; }

    public EdgeCounters Counters { get; }

    public SluiceEdge Edge { get; }

    public EdgeExplainer Explainer { get; }

    /// <summary>Requests whose heads have arrived.</summary>
    public int Begun => Volatile.Read(ref begun);

    public static async Task<EdgeServer> StartAsync(IOrigin origin, TimeProvider time, ObjectCacheOptions? options = null, RoutePolicy? policy = null, Action<EdgeOptions>? configure = null)
    {
        var cache = ObjectCache.Open(options ?? new ObjectCacheOptions { MemoryBytes = 64 << 20 }, time, NullLoggerFactory.Instance);
        var settings = new EdgeOptions();
        settings.Routes.Add(new EdgeRoute { Name = "all", Origins = [origin], Policy = policy ?? new() });
        configure?.Invoke(settings);
        var counters = new EdgeCounters();
        var edge = new SluiceEdge(cache, settings, counters, time, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance);
        var app = builder.Build();
        EdgeServer? server = null;
        app.Run(context =>
        {
            Interlocked.Increment(ref server!.begun);
            return edge.InvokeAsync(context);
        });
        await app.StartAsync();
        return server = new EdgeServer(app, cache, edge, counters, time);
    }

    public async Task<(HttpResponseMessage Head, byte[] Body)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await Client.SendAsync(request);
        return (response, await response.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Cache.DisposeAsync();
        Counters.Dispose();
    }
}
