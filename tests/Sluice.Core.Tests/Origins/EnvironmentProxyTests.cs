using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Origins;

namespace Sluice.Core.Tests.Origins;

/// <summary>What is said of a proxy that refuses.</summary>
public class EnvironmentProxyTests
{
    // .NET: "The proxy tunnel request to proxy 'http://user:password@host/' failed", which the log and the errors of commands had.
    [Fact]
    public async Task Send_ProxyRefuses_TellsNoPassword()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var proxy = new WebProxy($"http://user:sesame@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var handler = new SocketsHttpHandler { Proxy = new EnvironmentProxy(proxy) };
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://media.example/");

        var asking = http.SendAsync(request, TestContext.Current.CancellationToken);
        using (var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => asking);

        Assert.Contains("403", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ProxyAsItIsSet_KeepsAllElse()
    {
        var set = new WebProxy("http://user:sesame@proxy.example:3128", true) { Credentials = new NetworkCredential("user", "sesame") };
        var proxy = new EnvironmentProxy(set);

        Assert.Equal("http://proxy.example:3128/", proxy.GetProxy(new("https://media.example/"))?.OriginalString);
        Assert.Same(set.Credentials, proxy.Credentials);
        Assert.True(proxy.IsBypassed(new("http://here/")));
    }
}
