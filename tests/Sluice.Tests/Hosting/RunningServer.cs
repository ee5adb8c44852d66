using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Configuration;
using Sluice.Hosting;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Hosting;

/// <summary>A server in this process: a folder of one file, a memory tier, ports the system chose.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _catalog = new();

    private RunningServer() => _folder.Write("clip.mp4", "0123456789");

    public Server Server { get; private set; } = null!;

    public HttpClient Edge { get; private set; } = null!;

    public HttpClient Api { get; private set; } = null!;

    public string Folder => _folder.Path;

    /// <summary>What the configuration says when it is read again.</summary>
    public Func<(SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors)> Next { get; set; } = () => throw new InvalidOperationException("The test has no other configuration.");

    public static async Task<RunningServer> StartAsync(Action<SluiceOptions, string>? configure = null, ILoggerFactory? logging = null)
    {
        var running = new RunningServer();
        var options = running.Configured();
        configure?.Invoke(options, running.Folder);
        running.Server = await Server.StartAsync(options, () => running.Next(), logging ?? NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        running.Edge = new HttpClient { BaseAddress = new Uri(running.Server.Edge.Url) };
        running.Api = new HttpClient { BaseAddress = new Uri(running.Server.Api.Url) };
        return running;
    }

    /// <summary>What it is started with, but for what the test says.</summary>
    public SluiceOptions Configured()
    {
        var options = new SluiceOptions
        {
            Edge = { Listen = new ListenAddress(IPAddress.Loopback, 0) },
            Api = { Listen = new ListenAddress(IPAddress.Loopback, 0) },
            Cache = { Disk = 0, Memory = 16 << 20 },
            Catalog = { Directory = _catalog.Path },
        };
        var route = new RouteSection { Name = "all" };
        route.Origins.Add(new OriginSection { Folder = Folder });
        options.Routes.Add(route);
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        Edge.Dispose();
        Api.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
        _catalog.Dispose();
    }
}
