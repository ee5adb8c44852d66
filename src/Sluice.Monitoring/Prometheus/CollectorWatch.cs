using Microsoft.Extensions.Logging;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Says once when a collector does not take what is sent to it, and once when it does again: the SDK itself tells nobody.</summary>
internal sealed partial class CollectorWatch(Uri collector, string signal, ILogger logger) : DelegatingHandler
{
    private int failing;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Note(base.Send(request, cancellationToken));
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            Note(failure);
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Note(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            Note(failure);
            throw;
        }
    }

    private HttpResponseMessage Note(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode) Fail($"it answered {(int)answer.StatusCode}");
        else if (Interlocked.Exchange(ref failing, 0) == 1) LogBack(logger, collector, signal);
        return answer;
    }

    private void Note(Exception failure) => Fail(failure is OperationCanceledException ? "no answer in time" : failure.InnerException?.Message ?? failure.Message);

    private void Fail(string reason)
    {
        if (Interlocked.Exchange(ref failing, 1) == 0) LogAway(logger, collector, signal, reason);
    }

    [LoggerMessage(4103, LogLevel.Warning, "The OpenTelemetry collector at {Collector} does not take {Signal} ({Reason}); it is tried again. Check monitoring.otlp: sluice doctor")]
    private static partial void LogAway(ILogger logger, Uri collector, string signal, string reason);

    [LoggerMessage(4104, LogLevel.Information, "The OpenTelemetry collector at {Collector} takes {Signal} again")]
    private static partial void LogBack(ILogger logger, Uri collector, string signal);
}
