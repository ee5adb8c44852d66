using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Edge;
using Sluice.Edge.Telemetry;
using Sluice.Hosting;
using Sluice.TestKit.Processes;

namespace Sluice.Tests.Hosting;

/// <summary>Who takes nothing of an answer for long is let go on every way to the edge, by a patience shorter than the program's.</summary>
public sealed class SendPatienceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(true, "1.1")]
    [InlineData(true, "2.0")]
    [InlineData(false, "2.0")]
    [InlineData(false, "1.1")]
    public async Task Client_TakesNothing_IsLetGo(bool isTls, string version)
    {
        using var files = new TemporaryFolder();
        var (certificate, key) = TestCertificate.Write(files, TimeSpan.FromDays(30));
        await using var running = await RunningServer.StartAsync((options, folder) =>
        {
            if (isTls) (options.Edge.Tls.Certificate, options.Edge.Tls.Key) = (certificate, key);
            options.Edge.SendPatience = Patience;
            // In clear text the other transport has a limit of its own, of a minute.
            options.Edge.FastHits = isTls || version == "2.0";
            using var large = File.Create(Path.Combine(folder, "large.mp4"));
            large.SetLength(32 << 20);
        });
        using var expected = X509CertificateLoader.LoadCertificateFromFile(certificate);
        Socket? socket = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            InitialHttp2StreamWindowSize = 65_535,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, presented, _, _) => expected.Equals(presented) },
            ConnectCallback = async (context, cancellation) =>
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var response = await AskAsync(client, $"{(isTls ? "https" : "http")}://127.0.0.1:{running.Edge.BaseAddress!.Port}/large.mp4", new Version(version));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        Assert.True(await Eventually.HoldsAsync(() => IsOver(socket!), Limit));
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Http1_IsNotHeldToARate()
    {
        await using var cache = ObjectCache.Open(new ObjectCacheOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using var counters = new EdgeCounters();
        var edge = new SluiceEdge(cache, new EdgeOptions(), counters, TimeProvider.System, NullLoggerFactory.Instance);
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/a" } };
        var rate = new Rate { MinDataRate = new MinDataRate(1000, Limit) };
        context.Features.Set<IHttpMinResponseDataRateFeature>(rate);
        await new EdgePipeline(edge, null, NullLogger<EdgePipeline>.Instance).InvokeAsync(context);
        Assert.Null(rate.MinDataRate);
    }

    /// <summary>The head of the answer; asked for again where this process was so slow that it was let go before.</summary>
    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string url, Version version)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            try
            {
                return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            }
            catch (HttpRequestException) when (attempt < 10)
            {
            }
        }
    }

    /// <summary>The other side has ended or reset it, or, where the client reads all the time (HTTP/2), the client has closed it for that.</summary>
    private static bool IsOver(Socket socket)
    {
        try
        {
            return !socket.Connected || socket.Poll(0, SelectMode.SelectError);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private sealed class Rate : IHttpMinResponseDataRateFeature
    {
        public MinDataRate? MinDataRate { get; set; }
    }
}
