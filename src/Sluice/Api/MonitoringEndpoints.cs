using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Monitoring;
using Sluice.Monitoring.Checks;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;
using Monitor = Sluice.Monitoring.Monitor;

namespace Sluice.Api;

/// <summary>What the dashboard, <c>sluice top</c>, alerts and reports are made of.</summary>
internal static class MonitoringEndpoints
{
    private const string ProblemType = "application/problem+json";
    private const string Periods = "period is one of day, week, month.";

    /// <summary>How often an open dashboard gets new numbers.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Dashboards open at the same time; more are refused rather than slowing the server down.</summary>
    private const int MaximumStreams = 64;

    private static int streams;

    /// <summary>Adds /v1/monitoring/….</summary>
    public static void MapMonitoring(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/v1/monitoring").WithTags("monitoring");
        group.MapGet("/summary", async (Monitor monitor, string? period, CancellationToken cancellation) => !monitor.IsReady ? Starting()
                : await monitor.SummaryAsync(period, cancellation) is { } summary ? Json(summary, MonitoringJson.Wire.MonitoringSummary) : Refuse(Periods))
            .WithSummary("Everything the dashboard shows, of the last day, week or month.").Produces<MonitoringSummary>().Produces<Problem>(400, ProblemType).Produces<Problem>(503, ProblemType);

        group.MapGet("/trend", (Monitor monitor, string? period, string? scope) => !monitor.IsReady ? Starting()
                : monitor.Trend(period, scope) is { } trend ? Json(trend, MonitoringJson.Wire.TrendSeries) : Refuse($"{Periods} scope is media or urls."))
            .WithSummary("Hit rate, latency, errors and requests over the last day, week or month, with the period before.").Produces<TrendSeries>().Produces<Problem>(400, ProblemType).Produces<Problem>(503, ProblemType);

        group.MapGet("/series", (Monitor monitor, string? name, DateTimeOffset? from, DateTimeOffset? to) => !monitor.IsReady ? Starting()
                : string.IsNullOrEmpty(name) ? Refuse("Name an instrument, such as ?name=sluice.edge.requests; docs/metrics.md lists them. from and to are times such as 2026-01-31T12:00:00Z.")
                : Json(monitor.Series(name, from, to), MonitoringJson.Wire.IReadOnlyListMetricRecord))
            .WithSummary("Stored points of an instrument, of the last hour or between two times; 10,000 at most.").Produces<IReadOnlyList<MetricRecord>>().Produces<Problem>(400, ProblemType).Produces<Problem>(503, ProblemType);

        group.MapGet("/alerts", (Monitor monitor) => monitor.IsReady ? Json(monitor.Alerts(), MonitoringJson.Wire.IReadOnlyListAlertItem) : Starting())
            .WithSummary("Alerts that are on, and those of the last seven days.").Produces<IReadOnlyList<AlertItem>>().Produces<Problem>(503, ProblemType);

        group.MapGet("/report", (Monitor monitor, string? period) => !monitor.IsReady ? Starting()
                : monitor.Report(period) is { } report ? Json(report, MonitoringJson.Wire.Report) : Refuse(Periods))
            .WithSummary("A report of the last day, week or month.").Produces<Report>().Produces<Problem>(400, ProblemType).Produces<Problem>(503, ProblemType);

        group.MapGet("/check/{name}", async (Monitor monitor, string name, CancellationToken cancellation) => !monitor.IsReady ? Starting()
                : await monitor.CheckAsync(name, cancellation) is { } result ? Json(result, MonitoringJson.Wire.CheckResult) : Refuse("Checks are morning, now and evening; diagnoses are errors, cache and latency."))
            .WithSummary("A routine check or a diagnosis: the runbook's questions, answered.").Produces<CheckResult>().Produces<Problem>(400, ProblemType).Produces<Problem>(503, ProblemType);

        group.MapGet("/stream", StreamAsync)
            .WithSummary("The summary every two seconds, as server-sent events.").Produces<MonitoringSummary>(200, "text/event-stream").Produces<Problem>(400, ProblemType).Produces<Problem>(503, ProblemType);
    }

    private static async Task<IResult> StreamAsync(HttpContext context, Monitor monitor, IHostApplicationLifetime lifetime, TimeProvider time, string? period)
    {
        if (!monitor.IsReady) return Starting();
        if (Interlocked.Increment(ref streams) > MaximumStreams)
        {
            Interlocked.Decrement(ref streams);
            return new ProblemResult(503, $"{MaximumStreams} dashboards are open already; close one.");
        }

        // A stop must not wait for whoever looks on.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            if (await monitor.SummaryAsync(period, either.Token) is not { } summary) return Refuse(Periods);
            context.Response.ContentType = "text/event-stream";
            while (true)
            {
                await context.Response.WriteAsync("data: ", either.Token);
                await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(summary, MonitoringJson.Wire.MonitoringSummary), either.Token);
                await context.Response.WriteAsync("\n\n", either.Token);
                await context.Response.Body.FlushAsync(either.Token);
                await Task.Delay(Beat, time, either.Token);
                summary = (await monitor.SummaryAsync(period, either.Token))!;
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
        finally
        {
            Interlocked.Decrement(ref streams);
        }
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type);

    private static ProblemResult Starting() => new(503, "The server is starting; ask again in a moment.");

    private static ProblemResult Refuse(string detail) => new(400, detail);
}
