using System.Net.Http.Headers;
using System.Text.Json;

namespace Sluice.Core.Telemetry;

/// <summary>Posts each batch as a JSON array to a URL: <c>[{"name", "value", "tags": {…}, "timestamp"}]</c>, timestamp in milliseconds since 1970. Any status from 200 to 299 is success; redirects are not followed.</summary>
public sealed class HttpMetricSink : IMetricSink, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Patience });
    private readonly Uri address;
    private readonly TimeProvider time;

    /// <summary>Posts to an http or https URL.</summary>
    public HttpMetricSink(Uri address, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")) throw new ArgumentException("Records are posted to an http or https URL.", nameof(address));
        (this.address, this.time) = (address, time);
    }

    // Path and query may hold a token.
    /// <inheritdoc/>
    public string Name => $"{address.Scheme}://{address.Authority}";

    /// <inheritdoc/>
    public async ValueTask SendAsync(IReadOnlyList<MetricRecord> batch, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(ToJson(batch)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var answer = await http.SendAsync(request, either.Token);
            if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"It answered {(int)answer.StatusCode}.");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException("It did not answer within 5 seconds.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    internal static byte[] ToJson(IReadOnlyList<MetricRecord> batch)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var record in batch)
            {
                json.WriteStartObject();
                json.WriteString("name", record.Name);
                json.WriteNumber("value", record.Value);
                json.WriteStartObject("tags");
                foreach (var (name, value) in record.Tags) json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteNumber("timestamp", record.Timestamp.ToUnixTimeMilliseconds());
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return bytes.ToArray();
    }
}
