using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Integration.Tests.S3;
using Sluice.S3;
using Sluice.S3.Objects;

namespace Sluice.Integration.Tests.Presign;

/// <summary>URLs for addresses of every kind, taken and (tampered with) refused by a real S3 server: IPv6, https, odd ports, the bucket in the host name.</summary>
public sealed class PresignAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.0.0.1", true, false)]
    [InlineData("[::1]", false, false)]
    [InlineData("[::1]", true, false)]
    [InlineData("s3.localhost", false, false)]
    [InlineData("s3.localhost", false, true)]
    [InlineData("s3.localhost", true, true)]
    public async Task Url_AddressOfAnyKind_IsTakenByTheServer(string host, bool tls, bool bucketInHost)
    {
        var bed = await S3Bed.GetAsync();
        var address = host == "[::1]" ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        Assert.SkipUnless(address.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var relay = new TcpRelay(address, bed.Server.Endpoint, tls);
        var endpoint = new Uri($"{(tls ? "https" : "http")}://{host}:{relay.Port}");
        var urls = SluiceS3Services.CreatePresignedUrls(
            new S3OriginOptions { Bucket = bed.Bucket, Endpoint = endpoint, Region = bed.Server.Region, Profile = "owner", ForcePathStyle = !bucketInHost }, new(), null, TimeProvider.System, NullLoggerFactory.Instance);
        await using var disposed = (IAsyncDisposable)urls;
        // Names below localhost are this machine, whatever its resolver thinks.
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(address, relay.Port, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == TcpRelay.CertificateHash },
        });
        foreach (var key in new[] { "plain.txt", "é ü.mp4", "a//b", "what?.mp4" })
        {
            var url = (await urls.GetAsync("/" + key, null, TestContext.Current.CancellationToken)).Url;
            Assert.StartsWith(bucketInHost ? $"{endpoint.Scheme}://{bed.Bucket}.{endpoint.Authority}/" : $"{endpoint.Scheme}://{endpoint.Authority}/{bed.Bucket}/", url, StringComparison.Ordinal);
            using var taken = await SendAsync(http, url);
            Assert.True(taken.StatusCode == HttpStatusCode.OK, $"{key}: {taken.StatusCode}");
            Assert.Equal(S3Bed.Content(key), await taken.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            using var refused = await SendAsync(http, url.Replace("X-Amz-Expires=3600", "X-Amz-Expires=3601", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http, string url) => http.SendAsync(
        new HttpRequestMessage(HttpMethod.Get, new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("*/*") } } },
        TestContext.Current.CancellationToken);
}
