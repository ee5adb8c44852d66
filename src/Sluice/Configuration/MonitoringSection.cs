namespace Sluice.Configuration;

/// <summary>What is kept and told about this server.</summary>
internal sealed class MonitoringSection
{
    public bool Enabled { get; set; } = true;

    public bool History { get; set; } = true;

    public long HistorySize { get; set; } = 200_000_000;

    public string? Node { get; set; }

    public IReadOnlyList<string> Reports { get; set; } = [];

    public Uri? Otlp { get; set; }

    public double TraceShare { get; set; } = 0.1;

    public PricesSection Prices { get; } = new();

    public AlertsSection Alerts { get; } = new();
}
