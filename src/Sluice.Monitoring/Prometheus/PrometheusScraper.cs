using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sluice.Core.Telemetry;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Holds the SDK's provider, made when first needed, and collects from it on each scrape.</summary>
internal sealed partial class PrometheusScraper(IOptions<PrometheusOptions> options, ILogger<PrometheusScraper> logger) : IDisposable
{
    /// <summary>How long observable instruments may take to answer, in milliseconds; Prometheus itself gives up after 10 s.</summary>
    private const int CollectMilliseconds = 5000;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private readonly PrometheusText _text = new(family => Conflict(logger, family));
    private Collection? _collection;
    private bool _disposed;

    /// <summary>Begins to listen, unless it does already.</summary>
    public void Listen() => GetCollection();

    /// <summary>All metrics as they stand now, in Prometheus text format; null when the SDK could not collect them.</summary>
    public Task<string?> ScrapeAsync(CancellationToken cancellation) => CollectAsync(_text.Render, cancellation);

    /// <summary>Collects all metrics and makes something of them; null when the SDK could not collect them. Calls take turns.</summary>
    public async Task<T?> CollectAsync<T>(Func<IReadOnlyList<Metric>, T> use, CancellationToken cancellation) where T : class
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            T? made = null;
            if (GetCollection() is not { } collection || !collection.Collect(metrics => made = use(metrics)) || made is null)
                Failed(logger);
            return made;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _collection?.Traces?.Dispose();
            _collection?.Provider.Dispose();
            _collection = null;
        }
    }

    private Collection? GetCollection()
    {
        lock (_gate)
            return _disposed ? null : _collection ??= Create();
    }

    private Collection Create()
    {
        ProcessMetrics.Register();
        var exporter = new PrometheusExporter();
        var builder = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource())
            .AddMeter([.. options.Value.Meters])
            .AddView(MetricViews.For)
            .AddReader(new BaseExportingMetricReader(exporter));
        if (options.Value.Otlp is not { } collector) return new Collection(builder.Build(), exporter, null);
        builder.AddOtlpExporter(otlp => Set(otlp, collector, "metrics"));
        var traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Resource())
            .AddSource(Tracing.Name)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.Value.TraceShare)))
            .AddOtlpExporter(otlp => Set(otlp, collector, "traces"))
            .Build();
        return new Collection(builder.Build(), exporter, traces);
    }

    /// <summary>Who sends it. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last and win.</summary>
    private ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService("sluice", serviceVersion: options.Value.Version, autoGenerateServiceInstanceId: false, serviceInstanceId: options.Value.Node)
        .AddEnvironmentVariableDetector();

    private void Set(OtlpExporterOptions otlp, Uri collector, string signal)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri($"{collector.ToString().TrimEnd('/')}/v1/{signal}");
        otlp.HttpClientFactory = () => new HttpClient(new CollectorWatch(collector, signal, logger) { InnerHandler = new SocketsHttpHandler() }) { Timeout = TimeSpan.FromMilliseconds(otlp.TimeoutMilliseconds) };
    }

    private sealed record Collection(MeterProvider Provider, PrometheusExporter Exporter, TracerProvider? Traces)
    {
        public bool Collect(Action<IReadOnlyList<Metric>> use)
        {
            Exporter.Use = use;
            return Exporter.Collect?.Invoke(CollectMilliseconds) == true;
        }
    }

    [LoggerMessage(4101, LogLevel.Warning, "Metrics could not be collected: an observable instrument took too long, or the server is stopping.")]
    private static partial void Failed(ILogger logger);

    [LoggerMessage(4102, LogLevel.Warning, "Two instruments of different kinds share the metric name {Family}: only the first is shown. Rename one of them.")]
    private static partial void Conflict(ILogger logger, string family);
}
