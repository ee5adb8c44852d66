using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Sluice.Configuration;
using Sluice.Core.Processes;

namespace Sluice.Diagnosis;

/// <summary>Where alerts and metrics are sent: what is wrong with an address shows otherwise only when an alert is not heard of.</summary>
internal static class MonitoringCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Tries them, and tells nobody anything.</summary>
    public static async Task<IEnumerable<Finding>> RunAsync(MonitoringSection monitoring, TimeProvider time, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        // Its path may be the secret of it.
        if (monitoring is { Enabled: true, Alerts.Webhook: { } webhook })
            findings.Add(await TryAsync($"webhook {webhook.Host}:{webhook.Port}", "correct monitoring.alerts.webhook, or what is in the way: no alert is heard of", token => ConnectAsync(webhook, token), time, cancellation));
        if (monitoring is { Enabled: true, Alerts.Command: { } command } && command.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var program, ..])
            findings.Add(IsThere(program) ? Finding.Ok("alert command", $"{program} is there; it was not started") : Finding.Fail("alert command", $"there is no program {program}, or none that may be run", "correct monitoring.alerts.command: no alert is heard of"));
        if (monitoring.Otlp is { } collector)
            findings.Add(await TryAsync($"collector {collector}", "correct monitoring.otlp: its base, of OTLP over HTTP (port 4318; 4317 is gRPC)", token => AskAsync(collector, token), time, cancellation));
        return findings;
    }

    private static async Task<Finding> TryAsync(string subject, string advice, Func<CancellationToken, Task<string>> act, TimeProvider time, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return Finding.Ok(subject, await act(either.Token));
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or HttpRequestException)
        {
            return Finding.Fail(subject, failure.InnerException?.Message ?? failure.Message, advice);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Finding.Fail(subject, $"no answer within {Patience.TotalSeconds:0} s", advice);
        }
    }

    /// <summary>No request: whatever a webhook gets may be a message to somebody.</summary>
    private static async Task<string> ConnectAsync(Uri url, CancellationToken cancellation)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(url.IdnHost, url.Port, cancellation);
        if (url.Scheme == Uri.UriSchemeHttps)
        {
            await using var secure = new SslStream(connection.GetStream());
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = url.IdnHost }, cancellation);
        }

        return "accepts connections; nothing was sent to it, so whether it takes messages is not known";
    }

    /// <summary>An export of nothing, which every collector takes.</summary>
    private static async Task<string> AskAsync(Uri collector, CancellationToken cancellation)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{collector.ToString().TrimEnd('/')}/v1/metrics") { Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") } } };
        foreach (var pair in (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_HEADERS") ?? "").Split(','))
            if (pair.Split('=', 2) is [var name, var value]) request.Headers.TryAddWithoutValidation(name.Trim(), Uri.UnescapeDataString(value.Trim()));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return answer.IsSuccessStatusCode ? "takes metrics" : throw new IOException($"it answers {(int)answer.StatusCode} to metrics");
    }

    private static bool IsThere(string program) => program.Contains('/', StringComparison.Ordinal) ? ToolCommand.IsProgram(program) : ToolCommand.Find(program, Environment.GetEnvironmentVariable("PATH")) is not null;
}
