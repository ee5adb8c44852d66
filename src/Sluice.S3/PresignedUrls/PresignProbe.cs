using System.Net;
using System.Net.Http.Headers;
using Sluice.S3.Objects;

namespace Sluice.S3.PresignedUrls;

/// <summary>Tries a URL on the server: one byte by a range request, since HEAD would need a signature of its own.</summary>
internal sealed class PresignProbe : IDisposable
{
    private readonly Lazy<HttpMessageInvoker> http = new(() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ConnectTimeout = TimeSpan.FromSeconds(5), ResponseDrainTimeout = TimeSpan.FromSeconds(2),
    }));

    /// <summary>Only reads can be tried without changing anything.</summary>
    public static bool CanTry(PresignKey key) => key.Options.Method is "GET" or "HEAD";

    /// <summary>Tries one.</summary>
    /// <param name="key">What is asked for.</param>
    /// <param name="url">The URL.</param>
    /// <param name="missingRight">True when a missing right to this very object proves nothing against the signature.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<PresignVerdict> TryAsync(PresignKey key, string url, bool missingRight, CancellationToken cancellation)
    {
        try
        {
            using var request = Request(key, url);
            using var response = await http.Value.SendAsync(request, cancellation);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable) return PresignVerdict.Taken;
            if ((int)response.StatusCode is 429 or >= 500) return PresignVerdict.Unreachable;
            if (!missingRight) return PresignVerdict.Refused;
            var document = new byte[S3Error.MaximumBytes];
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var length = await body.ReadAtLeastAsync(document, document.Length, throwOnEndOfStream: false, cancellation);
            return S3Error.Parse(document.AsMemory(0, length)).Code == "AccessDenied" ? PresignVerdict.Taken : PresignVerdict.Refused;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return PresignVerdict.Unreachable;
        }
    }

    /// <summary>The status a URL is answered with; null without an answer in time.</summary>
    public async Task<int?> StatusAsync(PresignKey key, string url, CancellationToken patience)
    {
        try
        {
            using var request = Request(key, url);
            using var response = await http.Value.SendAsync(request, patience);
            return (int)response.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (http.IsValueCreated) http.Value.Dispose();
    }

    private static HttpRequestMessage Request(PresignKey key, string url)
    {
        var request = new HttpRequestMessage(new HttpMethod(key.Options.Method), S3Address.AsSigned(url));
        if (key.Options.Method == "GET") request.Headers.Range = new RangeHeaderValue(0, 0);
        return request;
    }
}
