using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Monitoring.Alerts;

/// <summary>
/// Posts messages to a URL. X-Sluice-Signature is <c>sha256=</c> and the hex HMAC-SHA256 of "TIMESTAMP.BODY" by the secret, where TIMESTAMP is X-Sluice-Timestamp (seconds since
/// the Unix epoch): the receiver knows who sent it, and can refuse what is old.
/// </summary>
internal sealed class WebhookSink(Uri url, string? secret, TimeProvider time) : IAlertSink, IDisposable
{
    // Neither a proxy for the web nor redirects: the message goes where the configuration says.
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) }) { Timeout = Timeout.InfiniteTimeSpan };

    public string Name => $"webhook on {url.Host}";

    public async Task SendAsync(byte[] json, AlertMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        var stamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add("X-Sluice-Timestamp", stamp);
        // A server's name may have letters in it that a field has not.
        request.Headers.Add("X-Sluice-Message", Uri.EscapeDataString(message.Id));
        if (secret is not null) request.Headers.Add("X-Sluice-Signature", "sha256=" + Sign(secret, stamp, json));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode) throw new IOException($"it answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            throw new IOException(failure.InnerException?.Message ?? failure.Message, failure);
        }
    }

    public static string Sign(string secret, string stamp, byte[] json) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes(stamp + "."), .. json]));

    public void Dispose() => http.Dispose();
}
