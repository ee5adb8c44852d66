using System.Net.Sockets;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Diagnosis;

/// <summary>The addresses of the listeners: free, or served by a Sluice already.</summary>
internal sealed class PortCheck(TimeProvider time) : IDisposable
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        // Who answers is the question here; whether viewers trust its certificate is theirs, and it need not be for an address.
        SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
    }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Tries to listen where the edge will: in clear text, with TLS, or both.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(EdgeSection edge, CancellationToken cancellation)
    {
        var hasTls = edge.Tls.Certificate is not null;
        var main = (await RunAsync("edge", edge.Listen, "--edge", hasTls && edge.Tls.Listen is null, cancellation)).Finding;
        return edge.Tls.Listen is { } own && hasTls ? [main, (await RunAsync("edge TLS", own, "--tls-listen", isSecure: true, cancellation)).Finding] : [main];
    }

    /// <summary>Tries to listen where the API will. The second answer is whether a running Sluice does.</summary>
    public Task<(Finding Finding, bool IsServed)> RunAsync(ApiSection api, CancellationToken cancellation) => RunAsync("api", api.Listen, "--api", isSecure: false, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<(Finding Finding, bool IsServed)> RunAsync(string name, ListenAddress listen, string flag, bool isSecure, CancellationToken cancellation)
    {
        var subject = $"{name} address";
        try
        {
            using var socket = new Socket(listen.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new System.Net.IPEndPoint(listen.Address, listen.Port));
            socket.Listen();
            return (Finding.Ok(subject, $"{listen} is free"), false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && listen.Port != 0)
        {
            if (await IsSluiceAsync(isSecure ? "https" + listen.Url["http".Length..] : listen.Url, name == "api", cancellation))
                return (Finding.Ok(subject, $"{listen} is served by a running Sluice"), true);
            return (Finding.Fail(subject, $"{listen} is in use by another program", $"stop it, or choose another port with {flag}"), false);
        }
        catch (SocketException e)
        {
            var explained = ListenException.Explain(e, listen, flag);
            return (Finding.Fail(subject, explained?.Message ?? $"{listen}: {e.Message}", $"see sluice serve --help, {flag}"), false);
        }
    }

    private async Task<bool> IsSluiceAsync(string url, bool isApi, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            // The edge answers a malformed path itself, without a word to the origin.
            using var response = await _http.GetAsync(new Uri(url + (isApi ? "/health/live" : "/%zz"), AsWritten), HttpCompletionOption.ResponseHeadersRead, either.Token);
            return isApi
                ? response.Headers.Contains("X-Request-Id") && response.IsSuccessStatusCode
                : response.Headers.TryGetValues("Cache-Status", out var status) && status.Any(s => s.Contains("Sluice", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }
}
