using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;
using Sluice.Edge.Transport;

namespace Sluice.Edge.Tests.Transport;

/// <summary>One edge behind two listeners: with the transport that answers hits itself, and without.</summary>
internal sealed class TwoListeners : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private WebApplication? fast, ordinary;

    private TwoListeners(ObjectCache cache, DirectoryInfo folder) => (Cache, this.folder) = (cache, folder);

    public ObjectCache Cache { get; }

    /// <summary>Where the disk tier has its files.</summary>
    public string Folder => folder.FullName;

    public EdgeCounters Counters { get; } = new();

    public Uri Fast => new(fast!.Urls.First());

    public Uri Ordinary => new(ordinary!.Urls.First());

    public static async Task<TwoListeners> StartAsync(IOrigin origin, TimeProvider time, long memory = 64 << 20, bool onDisk = false, RoutePolicy? policy = null, bool tls = false, IHitLog? log = null)
    {
        var folder = Directory.CreateTempSubdirectory("sluice-transport-cache-");
        var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = memory, Disk = onDisk ? new DiskTierOptions { Directory = folder.FullName } : null }, time, NullLoggerFactory.Instance);
        var settings = new EdgeOptions();
        settings.Routes.Add(new EdgeRoute { Name = "all", Origins = [origin], Policy = policy ?? new() });
        var made = new TwoListeners(cache, folder);
        var edge = new SluiceEdge(cache, settings, made.Counters, time, NullLoggerFactory.Instance);
        made.fast = await ListenAsync(edge, tls, services =>
        {
            services.AddSingleton(s => new EdgeTransport(edge, _ => !tls, s.GetRequiredService<IMemoryPoolFactory<byte>>(), NullLogger<EdgeTransport>.Instance, time) { HitLog = log });
            services.AddSingleton<IConnectionListenerFactory>(s => s.GetRequiredService<EdgeTransport>());
        });
        made.ordinary = await ListenAsync(edge, tls: false, _ => { });
        return made;
    }

    /// <summary>Stops the listener with the transport, as a program that ends does.</summary>
    public Task StopFastAsync() => fast!.StopAsync();

    /// <summary>Sends exactly these bytes in the given pieces on a connection of its own, and reads until the server closes it, or nothing comes for a while.</summary>
    public static async Task<byte[]> ExchangeAsync(Uri server, byte[] bytes, IReadOnlyList<int> cuts, TimeSpan patience)
    {
        await using var client = Secured.Connect(server);
        using var received = new MemoryStream();
        var reading = ReadAsync();
        var start = 0;
        try
        {
            foreach (var cut in cuts.Append(bytes.Length))
            {
                await client.WriteAsync(bytes.AsMemory(start, cut - start));
                start = cut;
                await Task.Yield();
            }
        }
        catch (IOException)
        {
            // Refused before it was all sent.
        }

        await reading;
        return received.ToArray();

        async Task ReadAsync()
        {
            var buffer = new byte[64 << 10];
            using var patient = new CancellationTokenSource();
            try
            {
                while (true)
                {
                    patient.CancelAfter(patience);
                    var count = await client.ReadAsync(buffer, patient.Token);
                    if (count == 0) return;
                    received.Write(buffer, 0, count);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // Reset, or silent: what came until then is the answer.
            }
        }
    }

    /// <summary>The answers in a stretch of bytes as they are, but without Date and the boundaries, which are random.</summary>
    public static string Normalise(byte[] answers)
    {
        var text = new StringBuilder();
        var rest = Regex.Replace(Encoding.Latin1.GetString(answers), "sluice-[0-9a-f]{24}", "sluice-boundary");
        while (rest.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && rest.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var end)
        {
            var lines = rest[..end].Split("\r\n");
            text.Append(lines[0]).Append('\n');
            foreach (var line in lines.Skip(1).Where(line => !line.StartsWith("Date:", StringComparison.Ordinal))) text.Append(line).Append('\n');
            rest = rest[(end + 4)..];
            // To the next head, wherever that is: bodies are compared as they are.
            var next = rest.IndexOf("HTTP/1.1 ", StringComparison.Ordinal);
            text.Append(next < 0 ? rest : rest[..next]).Append('\n');
            rest = next < 0 ? "" : rest[next..];
        }

        return text.Append(rest).ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (fast is not null) await fast.DisposeAsync();
        if (ordinary is not null) await ordinary.DisposeAsync();
        await Cache.DisposeAsync();
        Counters.Dispose();
        folder.Delete(recursive: true);
    }

    private static async Task<WebApplication> ListenAsync(SluiceEdge edge, bool tls, Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (!tls) return;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(Secured.Server) });
                TlsEndpoint.Use(listen, kestrel.ApplicationServices.GetRequiredService<EdgeTransport>());
            });
        });
        builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance);
        configure(builder.Services);
        var app = builder.Build();
        app.Run(edge.InvokeAsync);
        await app.StartAsync();
        return app;
    }
}
