using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Api;
using Sluice.Catalog.Api;

namespace Sluice.Commands;

/// <summary>Talks to the API of a running server.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _api;
    private readonly TimeProvider _time;
    private readonly TimeSpan _connectPatience;

    /// <summary>A client for the API at an address; connecting may take five seconds where nothing else is said.</summary>
    public ApiClient(Uri api, string? token, TimeProvider time, TimeSpan? connectPatience = null)
    {
        _api = api;
        _time = time;
        _connectPatience = connectPatience ?? TimeSpan.FromSeconds(5);
        // The API is private: a proxy for the web has no business in between.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = _connectPatience }) { Timeout = Timeout.InfiniteTimeSpan };
        if (!string.IsNullOrEmpty(token))
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>GET.</summary>
    /// <exception cref="ApiException">No answer, or a refusal.</exception>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, Address(path)), type, cancellation);

    /// <summary>POST of a JSON body.</summary>
    /// <exception cref="ApiException">No answer, or a refusal.</exception>
    public Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancellation, TimeSpan? within = null) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, Address(path)) { Content = JsonContent.Create(body, bodyType) }, type, cancellation, within);

    /// <summary>POST without a body.</summary>
    /// <exception cref="ApiException">No answer, or a refusal.</exception>
    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, Address(path)), type, cancellation);

    /// <summary>A request without a body, whose answer has none either.</summary>
    /// <exception cref="ApiException">No answer, or a refusal.</exception>
    public Task SendAsync(HttpMethod method, string path, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(method, Address(path)), static (_, _) => Task.FromResult<bool?>(true), cancellation);

    public void Dispose() => _http.Dispose();

    private Uri Address(string path) => new(_api.ToString().TrimEnd('/') + path);

    private Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation, TimeSpan? within = null) =>
        SendAsync(request, async (response, patience) => await response.Content.ReadFromJsonAsync(type, patience) ?? throw NotSluice(null), cancellation, within);

    private async Task<T> SendAsync<T>(HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation, TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using (request)
            {
                using var response = await _http.SendAsync(request, either.Token);
                if (!response.IsSuccessStatusCode)
                    throw await RefusalAsync(response, either.Token);
                return await read(response, either.Token);
            }
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(ExitCode.Unreachable, $"no Sluice answers at {_api}: start one with sluice serve, or say where it is with --api URL ({e.InnerException?.Message ?? e.Message})", e);
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested)
        {
            throw new ApiException(ExitCode.Unreachable, $"{_api} did not answer within {(within ?? Patience).TotalSeconds:0} s; is it a Sluice API?", e);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !cancellation.IsCancellationRequested)
        {
            throw new ApiException(ExitCode.Unreachable, $"no Sluice answers at {_api}: say where it is with --api URL (no connection within {_connectPatience.TotalSeconds:0.#} s)", e);
        }
        catch (JsonException e)
        {
            throw NotSluice(e);
        }
    }

    private ApiException NotSluice(Exception? inner) => new(ExitCode.Failure, $"{_api} answers, but not as a Sluice API does; check --api (the edge's address is another one)", inner);

    private async Task<ApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        // The catalog has words of its own for what is wrong.
        if (response.Content.Headers.ContentType?.MediaType == "application/json" && await response.Content.ReadFromJsonAsync(CatalogJson.Wire.ErrorAnswer, cancellation) is { Error.Length: > 0, Message: not null } error)
            return new(response.StatusCode == HttpStatusCode.BadRequest ? ExitCode.Usage : ExitCode.Failure, error.Message);
        var isProblem = response.Content.Headers.ContentType?.MediaType == Problem.MediaType;
        // The edge answers with problem documents as well, and never under these paths.
        if (!isProblem || response.StatusCode == HttpStatusCode.NotFound)
            return NotSluice(null);
        var problem = await response.Content.ReadFromJsonAsync(ApiJson.Wire.Problem, cancellation);
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new(ExitCode.Refused, _http.DefaultRequestHeaders.Authorization is null
                ? $"{_api} wants its token: set {ApiFlags.TokenVariable}, or give --token"
                : $"{_api} refuses the token given: check --token, or {ApiFlags.TokenVariable}"),
            HttpStatusCode.Forbidden => new(ExitCode.Refused, problem!.Detail),
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => new(ExitCode.Usage, problem!.Detail),
            _ => new(ExitCode.Failure, $"{_api} answered {(int)response.StatusCode}: {problem!.Detail}"),
        };
    }
}
