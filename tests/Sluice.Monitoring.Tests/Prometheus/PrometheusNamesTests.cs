using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Monitoring.Tests.Prometheus;

public sealed partial class PrometheusNamesTests
{
    [Theory]
    [InlineData("sluice.edge.requests", "{request}", "Counter", "sluice_edge_requests_total")]
    [InlineData("sluice.edge.requests", "", "Counter", "sluice_edge_requests_total")]
    [InlineData("sluice.edge.sent", "By", "Counter", "sluice_edge_sent_bytes_total")]
    [InlineData("sluice.sent.bytes", "By", "Counter", "sluice_sent_bytes_total")]
    [InlineData("sluice.sent_total", "By", "Counter", "sluice_sent_bytes_total")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", "Counter", "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("wait", "s", "Histogram", "wait_seconds")]
    [InlineData("wait", "ms", "Histogram", "wait_milliseconds")]
    [InlineData("rate", "By/s", "Gauge", "rate_bytes_per_second")]
    [InlineData("rate", "{request}/s", "Gauge", "rate_per_second")]
    [InlineData("hit", "1", "Gauge", "hit_ratio")]
    [InlineData("hit", "1", "Counter", "hit_total")]
    [InlineData("full", "%", "Gauge", "full_percent")]
    [InlineData("bytesize", "By", "Gauge", "bytesize_bytes")]
    [InlineData("dotnet.assembly.count", "{assembly}", "Gauge", "dotnet_assembly")]
    [InlineData("2xx--answers", "{answer}", "Counter", "_2xx_answers_total")]
    [InlineData("weird", "{open", "Gauge", "weird_open")]
    public void Metric_FollowsTheConventions(string instrument, string unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.Metric(instrument, unit, Enum.Parse<PrometheusKind>(kind)));

    [Fact]
    public void Names_OfAnyText_AreValid() =>
        Prop.ForAll<NonEmptyString, string?, int>((name, unit, kind) =>
            MetricPattern().IsMatch(PrometheusNames.Metric(name.Get, unit ?? "", (PrometheusKind)Math.Abs(kind % 3)))
            && LabelPattern().IsMatch(PrometheusNames.Label(name.Get))).QuickCheckThrowOnFailure();

    [GeneratedRegex(@"\A[a-zA-Z_:][a-zA-Z0-9_:]*\z")]
    private static partial Regex MetricPattern();

    [GeneratedRegex(@"\A[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex LabelPattern();
}
