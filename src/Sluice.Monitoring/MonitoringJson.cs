using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Monitoring.Checks;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring;

/// <summary>JSON of monitoring's answers, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MonitoringSummary))]
[JsonSerializable(typeof(TrendSeries))]
[JsonSerializable(typeof(IReadOnlyList<AlertItem>))]
[JsonSerializable(typeof(IReadOnlyList<MetricRecord>))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(CheckResult))]
[JsonSerializable(typeof(WhatIf))]
public sealed partial class MonitoringJson : JsonSerializerContext
{
    /// <summary>As sent: quotes and apostrophes stay readable, since no answer is ever part of a page.</summary>
    public static MonitoringJson Wire => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
