using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Catalog;
using Sluice.Core.Objects;
using Sluice.Core.Telemetry;
using Sluice.Edge.Telemetry;
using Sluice.Hosting;
using Sluice.Monitoring.Prometheus;
using Sluice.Redis;
using Sluice.Tests.Tree;
using Sluice.Video.Ffmpeg;
using Sluice.Video.Variants;

namespace Sluice.Tests.Docs;

/// <summary>docs/metrics.md is made from the instruments themselves: SLUICE_UPDATE_METRICS=1 makes it anew. Rules and dashboards use only what is there.</summary>
public sealed partial class MetricsTests
{
    private const string Heading = """
        # Metrics

        What `/metrics` of the API's address answers, in the Prometheus text format; the same go to an OpenTelemetry collector (`monitoring.otlp`) under the names in the second column.
        Made from the instruments by a test (`SLUICE_UPDATE_METRICS=1 ./test Sluice.Tests --filter MetricsTests`); do not edit. How they become rates and alerts: [monitoring.md](monitoring.md).

        No label holds a path or anything else that a client chooses: there are as many series as origins, routes and outcomes make, and never more.
        The .NET runtime's own metrics (`dotnet_…`) are there too.


        """;

    private static readonly string File = Path.Combine(Repository.Root, "docs", "metrics.md");

    [Fact]
    public async Task Document_IsMadeFromTheInstruments()
    {
        var made = await RenderAsync();
        if (Environment.GetEnvironmentVariable("SLUICE_UPDATE_METRICS") == "1") await System.IO.File.WriteAllTextAsync(File, made, TestContext.Current.CancellationToken);
        Assert.Equal(made, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("eng/prometheus/sluice.rules.yml")]
    [InlineData("eng/grafana/sluice.json")]
    public void RulesAndDashboards_UseOnlyMetricsThatAreThere(string file)
    {
        var known = Name().Matches(System.IO.File.ReadAllText(File)).Select(match => match.Groups[1].Value).ToHashSet();
        var used = Used().Matches(System.IO.File.ReadAllText(Path.Combine(Repository.Root, file))).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(used);
        Assert.DoesNotContain(used, name => !known.Contains(name) && !known.Contains(Regex.Replace(name, "_(bucket|sum|count)$", "")));
    }

    private static async Task<string> RenderAsync()
    {
        var instruments = new SortedDictionary<string, Instrument>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Name.StartsWith("sluice.", StringComparison.Ordinal) || instrument.Meter.Name == "Sluice.Process") lock (instruments) instruments[instrument.Name] = instrument;
            },
        };
        listener.Start();
        using var counters = new EdgeCounters();
        counters.Watch(() => []);
        counters.Ghosts = new GhostSampler(1 << 20, () => (0, 0), TimeProvider.System);
        await using var cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 1 << 20 }, TimeProvider.System, NullLoggerFactory.Instance);
        using var meter = new CacheMeter(cache);
        using var certificate = new CertificateMeter(() => TimeSpan.Zero);
        ProcessMetrics.Register();
        await using var maker = new VariantMaker(new FfmpegLimits(), "", NullLoggerFactory.Instance, TimeProvider.System);
        using var catalog = new CatalogMeter();
        await using var node = new RedisNode(new RedisOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await using var records = new MetricRecords(new LogMetricSink(NullLogger.Instance), TimeProvider.System, NullLogger.Instance);
        // Those that live as long as the process do.
        foreach (var type in ((Assembly[])[typeof(EdgeCounters).Assembly, typeof(S3.PresignedUrls.PresignedUrl).Assembly, typeof(ObjectCache).Assembly]).SelectMany(assembly => assembly.GetTypes())
                     .Where(type => !type.ContainsGenericParameters && type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Any(field => field.FieldType == typeof(Meter))))
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);

        var text = new StringBuilder(Heading.ReplaceLineEndings("\n"));
        text.Append("| metric | instrument | type | meaning |\n|---|---|---|---|\n");
        lock (instruments)
            foreach (var (name, instrument) in instruments)
            {
                var kind = KindOf(instrument);
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{PrometheusNames.Metric(name, instrument.Unit ?? "", kind)}` | `{name}` | {kind.ToString().ToLowerInvariant()} | {instrument.Description} |\n");
            }

        return text.ToString();
    }

    private static PrometheusKind KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        var type when type.Contains("UpDown", StringComparison.Ordinal) || type.Contains("Gauge", StringComparison.Ordinal) => PrometheusKind.Gauge,
        var type when type.Contains("Counter", StringComparison.Ordinal) => PrometheusKind.Counter,
        _ => PrometheusKind.Histogram,
    };

    [GeneratedRegex("^\\| `([a-z_]+)`", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex("\\b(?:sluice|process)_[a-z_]+\\b")]
    private static partial Regex Used();
}
