using System.Net.Sockets;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Diagnosis;

/// <summary>The two addresses: free, or served by a Sluice already.</summary>
internal sealed class PortCheck(TimeProvider time) : IDisposable
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Tries to listen; where that fails, finds out who does.</summary>
    public async Task<Finding> RunAsync(string name, ListenAddress listen, CancellationToken cancellation)
    {
        var subject = $"{name} address";
        try
        {
            using var socket = new Socket(listen.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new System.Net.IPEndPoint(listen.Address, listen.Port));
            socket.Listen();
            return Finding.Ok(subject, $"{listen} is free");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && listen.Port != 0)
        {
            if (await IsSluiceAsync(name, listen, cancellation))
                return Finding.Ok(subject, $"{listen} is served by a running Sluice");
            return Finding.Fail(subject, $"{listen} is in use by another program", $"stop it, or choose another port with --{name}");
        }
        catch (SocketException e)
        {
            var explained = ListenException.Explain(e, listen, $"--{name}");
            return Finding.Fail(subject, explained?.Message ?? $"{listen}: {e.Message}", $"see sluice serve --help, --{name}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<bool> IsSluiceAsync(string name, ListenAddress listen, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            // The edge answers a malformed path itself, without a word to the origin.
            using var response = await _http.GetAsync(new Uri(listen.Url + (name == "edge" ? "/%zz" : "/health/live"), AsWritten), HttpCompletionOption.ResponseHeadersRead, either.Token);
            return name == "edge"
                ? response.Headers.TryGetValues("Cache-Status", out var status) && status.Any(s => s.Contains("Sluice", StringComparison.Ordinal))
                : response.Headers.Contains("X-Request-Id") && response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }
}
