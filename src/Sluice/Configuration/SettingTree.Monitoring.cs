namespace Sluice.Configuration;

/// <content>The settings of monitoring.</content>
internal static partial class SettingTree
{
    private static SettingGroup<MonitoringSection> MonitoringSettings => new(() => new MonitoringSection(),
        new ValueSetting<MonitoringSection, bool>("enabled", ValueKinds.Switch, o => o.Enabled, (o, v) => o.Enabled = v,
            "Watch this server: history, dashboard, alerts, reports, what other sizes would bring. Off leaves only the counts that /metrics tells when asked."),
        new ValueSetting<MonitoringSection, bool>("history", ValueKinds.Switch, o => o.History, (o, v) => o.History = v,
            "Keep what the charts show beyond restarts, in history.db in the cache directory; only where there is a disk tier."),
        new ValueSetting<MonitoringSection, long>("historySize", ValueKinds.Size, o => o.HistorySize, (o, v) => o.HistorySize = v,
            "Most bytes of that file. Two years of a busy server take about a tenth of the default."),
        new ValueSetting<MonitoringSection, string?>("node", ValueKinds.OptionalText, o => o.Node, (o, v) => o.Node = v,
            "Name of this server on the dashboard and in messages.") { DefaultText = "the machine's name" },
        new ValueSetting<MonitoringSection, IReadOnlyList<string>>("reports", ValueKinds.Texts, o => o.Reports, (o, v) => o.Reports = v,
            "Reports that are sent to the log and to alerts' targets once their time is over: day, week, month.")
        {
            Check = words => words.FirstOrDefault(word => word is not ("day" or "week" or "month")) is { } wrong ? ($"\"{wrong}\" is no period", "use day, week, month") : null,
        },
        new ValueSetting<MonitoringSection, Uri?>("otlp", ValueKinds.OptionalUrl, o => o.Otlp, (o, v) => o.Otlp = v,
            "OpenTelemetry collector that takes metrics and traces as OTLP over HTTP: its base, such as http://127.0.0.1:4318.") { DefaultText = "none" },
        new ValueSetting<MonitoringSection, double>("traceShare", ValueKinds.Share, o => o.TraceShare, (o, v) => o.TraceShare = v,
            "Share of the requests that had to wait whose traces are sent there. Hits are not traced."),
        new SectionSetting<MonitoringSection, PricesSection>("prices", PriceSettings, o => o.Prices, "What an origin's bytes and requests cost, to tell savings in money. The defaults are list prices of S3 Standard in us-east-1, first tier."),
        new SectionSetting<MonitoringSection, AlertsSection>("alerts", AlertSettings, o => o.Alerts, "When alerts begin, and where they are sent."));

    private static SettingGroup<PricesSection> PriceSettings => new(() => new PricesSection(),
        new ValueSetting<PricesSection, double>("perGigabyte", ValueKinds.Decimal, o => o.PerGigabyte, (o, v) => o.PerGigabyte = v, "For a gigabyte out of the origin."),
        new ValueSetting<PricesSection, double>("perThousandRequests", ValueKinds.Decimal, o => o.PerThousandRequests, (o, v) => o.PerThousandRequests = v, "For a thousand requests to it."),
        new ValueSetting<PricesSection, string>("currency", ValueKinds.Text, o => o.Currency, (o, v) => o.Currency = v, "The currency, as shown."));

    private static SettingGroup<AlertsSection> AlertSettings => new(() => new AlertsSection(),
        new ValueSetting<AlertsSection, double>("errorPercent", ValueKinds.Decimal, o => o.ErrorPercent, (o, v) => o.ErrorPercent = v, "Errors in percent, over five minutes; more is critical.") { Check = Share },
        new ValueSetting<AlertsSection, TimeSpan>("latency", ValueKinds.Time, o => o.Latency, (o, v) => o.Latency = v, "95th percentile of latency; more in every minute of five is critical.") { Check = v => v <= TimeSpan.Zero ? ("is not more than nothing", "write 300ms or the like") : null },
        new ValueSetting<AlertsSection, int>("rateLimits", ValueKinds.Count, o => o.RateLimits, (o, v) => o.RateLimits = v, "Refusals of the key-value store for too many requests within five minutes; as many are critical."),
        new ValueSetting<AlertsSection, int>("expirations", ValueKinds.Count, o => o.Expirations, (o, v) => o.Expirations = v, "Expired URLs found in the store within an hour; as many are critical."),
        new ValueSetting<AlertsSection, double>("hitPercent", ValueKinds.Decimal, o => o.HitPercent, (o, v) => o.HitPercent = v, "Hit rate in percent, over fifteen minutes; less is a warning.") { Check = Share },
        new ValueSetting<AlertsSection, double>("refreshPercent", ValueKinds.Decimal, o => o.RefreshPercent, (o, v) => o.RefreshPercent = v, "Refreshes in percent of hits, over fifteen minutes; more is a warning.") { Check = Share },
        new ValueSetting<AlertsSection, double>("storagePercent", ValueKinds.Decimal, o => o.StoragePercent, (o, v) => o.StoragePercent = v, "Use of the key-value store in percent of its bound; from here on a warning.") { Check = Share },
        new ValueSetting<AlertsSection, double>("storageCriticalPercent", ValueKinds.Decimal, o => o.StorageCriticalPercent, (o, v) => o.StorageCriticalPercent = v, "The same; from here on critical.") { Check = Share },
        new ValueSetting<AlertsSection, double>("deviation", ValueKinds.Decimal, o => o.Deviation, (o, v) => o.Deviation = v, "Robust standard deviations from the same hour of the week beyond which traffic, hit rate, latency and errors are unusual: a warning.") { Check = v => v <= 0 ? ("is not more than 0", "write 3 or the like") : null },
        new ValueSetting<AlertsSection, int>("minimumRequests", ValueKinds.Count, o => o.MinimumRequests, (o, v) => o.MinimumRequests = v, "Requests below which a rate says nothing."),
        new ValueSetting<AlertsSection, Uri?>("webhook", ValueKinds.WebhookUrl, o => o.Webhook, (o, v) => o.Webhook = v, "URL that takes alerts as a POST of JSON.") { DefaultText = "none", Secret = true },
        new ValueSetting<AlertsSection, string?>("webhookSecret", ValueKinds.OptionalText, o => o.WebhookSecret, (o, v) => o.WebhookSecret = v, "Key of the signature in X-Sluice-Signature (HMAC-SHA256), by which the receiver knows who sent it.") { Secret = true, Check = CheckToken },
        new ValueSetting<AlertsSection, string?>("command", ValueKinds.OptionalText, o => o.Command, (o, v) => o.Command = v, "Program with its arguments, separated by spaces, that gets the same JSON on its standard input. No shell is started."));

    private static (string Problem, string Remedy)? Share(double percent) => percent is > 0 and <= 100 ? null : ("is not a percentage above 0 and up to 100", "write 1, 85 or the like");
}
