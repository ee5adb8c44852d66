using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Origins;
using Sluice.Core.Storage;
using Sluice.S3.Downloads;
using Sluice.S3.Objects;
using Sluice.TestKit.Processes;

namespace Sluice.S3.Tests.Objects;

/// <summary>Endpoints by https and by IPv6.</summary>
public class S3OriginTlsTests
{
    private static readonly X509Certificate2 ServerCertificate = Certificate();

    [Fact]
    public async Task Get_HttpsWithATrustedCertificate_IsAnswered()
    {
        await using var server = await StartAsync(IPAddress.Loopback, tls: true);
        using var origin = Origin(Endpoint(server), trust: true);

        await using var response = await origin.FetchAsync(new() { Path = "/k" }, TestContext.Current.CancellationToken);

        Assert.Equal(200, response.Status);
        Assert.Equal(Endpoint(server).Authority, response.Headers.First("Cache-Control"));
    }

    [Fact]
    public async Task Get_HttpsWithAnUnknownCertificate_IsUnreachableAndSaysWhy()
    {
        await using var server = await StartAsync(IPAddress.Loopback, tls: true);
        using var origin = Origin(Endpoint(server), trust: false);

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await origin.FetchAsync(new() { Path = "/k" }, TestContext.Current.CancellationToken));

        Assert.Equal(OriginFailure.Unreachable, failure.Failure);
        Assert.Contains("certificate", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    // The runtime says that a frame is corrupted.
    [Fact]
    public async Task Get_HttpsWhereThereIsNoTls_NamesTheScheme()
    {
        await using var server = await StartAsync(IPAddress.Loopback, tls: false);
        using var origin = Origin(new UriBuilder(Endpoint(server)) { Scheme = "https" }.Uri, trust: true);

        var failure = await Assert.ThrowsAsync<OriginException>(async () => await origin.FetchAsync(new() { Path = "/k" }, TestContext.Current.CancellationToken));

        Assert.Contains("http://", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_HttpsWithAnUnknownCertificate_SaysWhy()
    {
        await using var server = await StartAsync(IPAddress.Loopback, tls: true);
        using var folder = new TemporaryFolder();
        await using var store = S3Store.Create(new()
        {
            Bucket = new() { Bucket = "media", Endpoint = Endpoint(server), Region = "us-east-1", Anonymous = true },
            Downloads = new S3DownloadCacheOptions { Directory = folder.Path },
        }, TimeProvider.System, NullLoggerFactory.Instance);

        var failure = await Assert.ThrowsAsync<StoreAwayException>(async () => await store.GetLengthAsync("k", TestContext.Current.CancellationToken));

        Assert.Contains("certificate", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Get_IPv6Endpoint_IsAnsweredAndSignedForItsHost()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var server = await StartAsync(IPAddress.IPv6Loopback, tls: false);
        using var origin = Origin(Endpoint(server), trust: true);

        await using var response = await origin.FetchAsync(new() { Path = "/k" }, TestContext.Current.CancellationToken);

        Assert.Equal(200, response.Status);
        Assert.StartsWith("[::1]:", response.Headers.First("Cache-Control"), StringComparison.Ordinal);
    }

    private static S3Origin Origin(Uri endpoint, bool trust)
    {
        var options = new S3OriginOptions { Bucket = "media", Endpoint = endpoint, Region = "us-east-1", Retries = 0 };
        var handler = S3Origin.Handler(options, TimeProvider.System);
        if (trust) handler.SslOptions.RemoteCertificateValidationCallback = static (_, shown, _, _) => ServerCertificate.Equals(shown);
        return new(options, new FixedCredentials(S3OriginTestBase.Owner), handler, TimeProvider.System, new RecordingLogger());
    }

    private static Uri Endpoint(WebApplication server)
        => new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static async Task<WebApplication> StartAsync(IPAddress address, bool tls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().UseKestrel(kestrel => kestrel.Listen(address, 0, listen =>
        {
            if (tls) listen.UseHttps(ServerCertificate);
        }));
        var server = builder.Build();
        // Any field that is passed on will do to tell which host was asked for.
        server.MapGet("/media/k", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = context.Request.Host.Value;
            return "body";
        });
        await server.StartAsync();
        return server;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
