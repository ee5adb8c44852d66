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
    /// <summary>What goes on until its reader leaves.</summary>
    public const string StreamPath = "/v1/monitoring/stream";

    private const string Periods = "period must be day, week or month; node must be all, or the id or name of a server that runs now on the same Redis.";

    /// <summary>How often an open dashboard gets new numbers.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Dashboards open at the same time; more are refused rather than slowing the server down.</summary>
    private const int MaximumStreams = 64;

    private static int streams;

    /// <summary>Adds /v1/monitoring/….</summary>
    public static void MapMonitoring(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/v1/monitoring").WithTags("monitoring")
            .AddEndpointFilter((context, next) => context.HttpContext.RequestServices.GetRequiredService<Monitor>() is { IsReady: false } monitor ? new(NotReady(monitor)) : next(context));
        group.MapGet("/summary", async (Monitor monitor, string? period, string? node, CancellationToken cancellation) =>
                Answer(await monitor.SummaryAsync(period, node, cancellation), MonitoringJson.Wire.MonitoringSummary, Periods))
            .WithSummary("Everything the dashboard shows, of the last day, week or month; of this server, of another on the same Redis, or of all.").Produces<MonitoringSummary>().Refuses(400, 503);

        group.MapGet("/trend", async (Monitor monitor, string? period, string? scope, string? node, CancellationToken cancellation) =>
                Answer(await monitor.TrendAsync(period, scope, node, cancellation), MonitoringJson.Wire.TrendSeries, $"{Periods} scope is media or urls."))
            .WithSummary("Hit rate, latency, errors and requests over the last day, week or month, with the period before.").Produces<TrendSeries>().Refuses(400, 503);

        group.MapGet("/whatif", async (Monitor monitor, string? period, string? node, CancellationToken cancellation) =>
                Answer(await monitor.SummaryAsync(period, node, cancellation) is { } summary ? summary.WhatIf ?? new WhatIf(0, 0, []) : null, MonitoringJson.Wire.WhatIf, Periods))
            .WithSummary("Hit rate and savings at half, double and four times the size, and with the other policy, from sampled live traffic.").Produces<WhatIf>().Refuses(400, 503);

        group.MapGet("/series", (Monitor monitor, string? name, DateTimeOffset? from, DateTimeOffset? to) =>
                Answer(string.IsNullOrEmpty(name) ? null : monitor.Series(name, from, to), MonitoringJson.Wire.IReadOnlyListMetricRecord,
                    "Name an instrument, such as ?name=sluice.edge.requests; docs/metrics.md lists them. from and to are times such as 2026-01-31T12:00:00Z."))
            .WithSummary("Stored points of an instrument, of the last hour or between two times; 10,000 at most.").Produces<IReadOnlyList<MetricRecord>>().Refuses(400, 503);

        group.MapGet("/alerts", (Monitor monitor) => Answer(monitor.Alerts(), MonitoringJson.Wire.IReadOnlyListAlertItem, ""))
            .WithSummary("Alerts that are on, and those of the last seven days.").Produces<IReadOnlyList<AlertItem>>().Refuses(503);

        group.MapGet("/report", (Monitor monitor, string? period) => Answer(monitor.Report(period), MonitoringJson.Wire.Report, Periods))
            .WithSummary("A report of the last day, week or month.").Produces<Report>().Refuses(400, 503);

        group.MapGet("/check/{name}", async (Monitor monitor, string name, CancellationToken cancellation) =>
                Answer(await monitor.CheckAsync(name, cancellation), MonitoringJson.Wire.CheckResult, "Checks are morning, now and evening; diagnoses are errors, cache and latency."))
            .WithSummary("A routine check or a diagnosis: the runbook's questions, answered.").Produces<CheckResult>().Refuses(400, 503);

        api.MapGet(StreamPath, StreamAsync)
            .WithTags("monitoring").WithSummary("The summary every two seconds, as server-sent events.").Produces<MonitoringSummary>(200, "text/event-stream").Refuses(400, 503);
    }

    private static async Task<IResult> StreamAsync(HttpContext context, Monitor monitor, IHostApplicationLifetime lifetime, TimeProvider time, string? period, string? node)
    {
        if (!monitor.IsReady) return NotReady(monitor);
        if (Interlocked.Increment(ref streams) > MaximumStreams)
        {
            Interlocked.Decrement(ref streams);
            return new ProblemResult(503, $"{MaximumStreams} dashboards are open already; close one.");
        }

        // A stop must not wait for whoever looks on.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            if (await monitor.SummaryAsync(period, node, either.Token) is not { } summary) return new ProblemResult(400, Periods);
            context.Response.ContentType = "text/event-stream";
            while (true)
            {
                await context.Response.WriteAsync("data: ", either.Token);
                await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(summary, MonitoringJson.Wire.MonitoringSummary), either.Token);
                await context.Response.WriteAsync("\n\n", either.Token);
                await context.Response.Body.FlushAsync(either.Token);
                await Task.Delay(Beat, time, either.Token);
                // A node that went away is gone from the picker; whoever looked at it asks anew.
                if (await monitor.SummaryAsync(period, node, either.Token) is not { } next) return TypedResults.Empty;
                summary = next;
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

    private static IResult Answer<T>(T? value, JsonTypeInfo<T> type, string refusal) where T : class => value is null ? new ProblemResult(400, refusal) : TypedResults.Json(value, type);

    private static ProblemResult NotReady(Monitor monitor) =>
        new(503, monitor.Options.IsEnabled ? "The server is starting; ask again in a moment." : "Monitoring is off: set monitoring.enabled to true and start the server again.");
}
