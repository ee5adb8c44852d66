using System.Net;
using Amazon;
using Amazon.Runtime;
using Sluice.S3.Objects;

namespace Sluice.S3.Credentials;

/// <summary>
/// HTTP clients for the AWS SDK where sockets complete inline, as in the server. The SDK blocks its thread to read an answer: on the thread that saw the head it would wait for
/// bytes that only this thread can bring, for good, and with it every client whose socket this thread sees to.
/// </summary>
internal sealed class AwsHttpClients : HttpClientFactory
{
    /// <summary>Has every client of the SDK made here, those that fetch credentials too, where that is needed and the app has none of its own. Call before the first one is made.</summary>
    public static void Prepare()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") is "1" or "true") AWSConfigs.HttpClientFactory ??= new AwsHttpClients();
    }

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = clientConfig.AllowAutoRedirect, AutomaticDecompression = DecompressionMethods.None };
        if (clientConfig.MaxConnectionsPerServer is { } most) handler.MaxConnectionsPerServer = most;
        if (clientConfig.GetWebProxy() is { } proxy)
        {
            handler.Proxy = proxy;
            if (clientConfig.ProxyCredentials is { } user) proxy.Credentials = user;
        }
        var client = new HttpClient(new OffSocketHandler(handler));
        if (clientConfig.Timeout is { } timeout) client.Timeout = timeout;
        return client;
    }
}
