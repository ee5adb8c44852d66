namespace Sluice.Monitoring;

/// <summary>What monitoring keeps, compares with and tells.</summary>
public sealed class MonitoringOptions
{
    /// <summary>Whether anything is watched at all. Default true.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>The history's file; null keeps it in memory, until the process ends. Default: none.</summary>
    public string? HistoryFile { get; set; }

    /// <summary>Most bytes of the history's file. Default 200 MB.</summary>
    public long HistoryBytes { get; set; } = 200_000_000;

    /// <summary>Name of this server in messages. Default: the machine's name.</summary>
    public string Node { get; set; } = Environment.MachineName;

    /// <summary>Version of the program; a new one is marked on the charts.</summary>
    public string Version { get; set; } = "";

    /// <summary>An OpenTelemetry collector that takes OTLP over HTTP (its base, such as http://127.0.0.1:4318). Default: none.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>Share of the requests that had to wait whose traces are sent there. Default 0.1.</summary>
    public double TraceShare { get; set; } = 0.1;

    /// <summary>What an origin's bytes and requests cost.</summary>
    public Prices Prices { get; } = new();

    /// <summary>When alerts begin and end.</summary>
    public AlertThresholds Thresholds { get; } = new();

    /// <summary>Where alerts and reports are sent, beside the log.</summary>
    public AlertTargets Targets { get; } = new();

    /// <summary>Reports that are sent when their period is over: day, week, month. Default: none.</summary>
    public IReadOnlyList<string> Reports { get; set; } = [];
}
