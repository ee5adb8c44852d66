using Microsoft.Extensions.Logging;
using Sluice.Core.Origins;

namespace Sluice.Edge.Routes;

/// <summary>An origin behind a circuit breaker.</summary>
internal sealed partial class GuardedOrigin(IOrigin origin, CircuitBreaker breaker, CircuitOptions options, ILogger logger) : IOrigin
{
    public string Name => origin.Name;

    public string Scope => origin.Scope;

    public OriginTraits Traits => origin.Traits;

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        if (breaker.TryEnter() is not { } entered)
            throw new OriginException(OriginFailure.Unreachable, $"Origin {Name} failed too often and is not asked for another {Math.Ceiling(breaker.Remaining.TotalSeconds):0} s.");
        var isKnown = false;
        try
        {
            var response = await origin.FetchAsync(request, cancellation);
            isKnown = true;
            Note(breaker.Report(entered, response.Status is not (500 or 502 or 503 or 504)));
            return response;
        }
        catch (OriginException failure)
        {
            isKnown = true;
            Note(breaker.Report(entered, failure.Failure == OriginFailure.Changed));
            throw;
        }
        finally
        {
            if (!isKnown) breaker.Abandon(entered);
        }
    }

    private void Note(CircuitState? change)
    {
        if (change == CircuitState.Open) LogOpened(Name, options.Pause.TotalSeconds);
        else if (change == CircuitState.Closed) LogClosed(Name);
    }

    [LoggerMessage(1010, LogLevel.Warning, "Origin {Origin} fails and is left alone for {Seconds:0.###} s; see its own log")]
    private partial void LogOpened(string origin, double seconds);

    [LoggerMessage(1011, LogLevel.Information, "Origin {Origin} answers again")]
    private partial void LogClosed(string origin);
}
