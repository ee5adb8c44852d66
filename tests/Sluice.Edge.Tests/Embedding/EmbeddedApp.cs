using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Edge.Embedding;

namespace Sluice.Edge.Tests.Embedding;

/// <summary>An app with Sluice in it, on Kestrel and a free loopback port.</summary>
internal sealed class EmbeddedApp : IAsyncDisposable
{
    private readonly WebApplication app;

    private EmbeddedApp(WebApplication app)
    {
        this.app = app;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<EmbeddedApp> StartAsync(Action<WebApplication> map, TimeProvider time, Action<SluiceCacheOptions>? configure = null, Action<WebApplicationBuilder>? build = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time);
        builder.Services.AddSluice(configure);
        build?.Invoke(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new EmbeddedApp(app);
    }

    public async Task<(HttpResponseMessage Head, string Body)> SendAsync(string path, string method = "GET", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await Client.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }

    public async Task<string> StatusAsync(string path, params (string Name, string Value)[] headers) => (await SendAsync(path, "GET", headers)).Head.Headers.GetValues("X-Cache-Status").Single();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
