using Sluice.TestKit.Processes;

namespace Sluice.TestKit.Http;

/// <summary>Short forms of the requests that viewers and operators make.</summary>
public static class EdgeRequests
{
    /// <param name="headers">As <c>Name: value</c>.</param>
    public static Task<EdgeAnswer> AskAsync(this HttpClient client, string path, params string[] headers) =>
        client.AskAsync(HttpMethod.Get, path, headers);

    public static Task<EdgeAnswer> HeadAsync(this HttpClient client, string path, params string[] headers) =>
        client.AskAsync(HttpMethod.Head, path, headers);

    /// <summary>
    /// Asks for a part that was answered before. That answer was there before the rest of its chunk: until the chunk has come
    /// others wait for it, which is no hit yet, so asks again until it is one; after ten seconds the last answer, whatever it is.
    /// </summary>
    public static async Task<EdgeAnswer> AskForHitAsync(this HttpClient client, string path, params string[] headers)
    {
        EdgeAnswer answer = null!;
        await Eventually.HoldsAsync(async () => (answer = await client.AskAsync(path, headers)).CacheStatus == "HIT", TimeSpan.FromSeconds(10));
        return answer;
    }

    public static async Task<EdgeAnswer> AskAsync(this HttpClient client, HttpMethod method, string path, params string[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        using var response = await client.SendAsync(request);
        return await ReadAsync(response);
    }

    private static async Task<EdgeAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
            headers[name] = string.Join(", ", values);
        return new EdgeAnswer((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync());
    }
}
