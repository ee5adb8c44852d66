using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Alerts;

/// <summary>What somebody has to put right, and requests may not show yet: tiers that are away, a certificate that is about to expire.</summary>
internal static class ConditionRules
{
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        new AlertRule
        {
            Name = "disk-away",
            Severity = AlertSeverity.Critical,
            Measure = static evidence => evidence.Last(60).Last(MeasureNames.DiskAway),
            Unjudged = "Whether the disk tier is used was not measured",
            Begins = static value => value > 0,
            Ends = static value => value <= 0,
            Message = static _ => "The disk tier is not used: this server goes on from memory and the origins. Its directory was deleted, or full at start: the log says which. Put it right, and restart the server",
        },
        new AlertRule
        {
            Name = "redis-away",
            Severity = AlertSeverity.Warning,
            Measure = static evidence => evidence.Last(60).Last(MeasureNames.RedisConnected),
            Unjudged = "Whether Redis answers was not measured",
            Begins = static value => value <= 0,
            Ends = static value => value > 0,
            For = TimeSpan.FromMinutes(1),
            Message = static _ => "Redis does not answer: this server goes on alone, fetches for itself and hears of no purges of others. Look at: sluice doctor",
        },
        Certificate("certificate", AlertSeverity.Warning, TimeSpan.FromDays(14)),
        Certificate("certificate-critical", AlertSeverity.Critical, TimeSpan.FromDays(3)),
    ];

    private static AlertRule Certificate(string name, AlertSeverity severity, TimeSpan left) => new()
    {
        Name = name,
        Severity = severity,
        Measure = static evidence => evidence.Last(60).Last(MeasureNames.CertificateRemaining),
        Unjudged = "How long the certificate is good for was not measured",
        Begins = value => value < left.TotalSeconds,
        Ends = value => value >= left.TotalSeconds,
        Message = static value => (value > 0 ? FormattableString.Invariant($"The certificate of the edge expires in {TimeSpan.FromSeconds(value).TotalDays:0.0} days.") : "The certificate of the edge has expired: clients refuse it.")
            + " Renew it: this server reads the new one by itself",
    };
}
