using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Alerts;

/// <summary>
/// The alert that the history cannot be written, as on a full disk, so that no other alert is judged: the one that must do without it.
/// While it is on it is shown from memory; it is entered when that can be done again.
/// </summary>
internal sealed class UnwrittenAlert(RecordStore records, TimeProvider time, Func<AlertNotice, bool> tell)
{
    public const string Rule = "history-unwritten";

    /// <summary>For how long nothing can be written before it is told.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private long? since;

    /// <summary>A point could not be written. True when the one before could: that is news for the log.</summary>
    public bool Failed(string reason, string advice)
    {
        AlertRow begun;
        lock (gate)
        {
            var isNews = since is null;
            since ??= time.GetTimestamp();
            records.Unwritable = $"{reason.TrimEnd('.')}. {advice}";
            if (records.Unwritten is not null || time.GetElapsedTime(since.Value) < After) return isNews;
            var started = time.GetUtcNow().ToUnixTimeSeconds();
            // Below zero is no number of one that is entered.
            records.Unwritten = begun = new AlertRow(-started, Rule, (int)AlertSeverity.Critical, $"the history cannot be written ({reason.TrimEnd('.')}), so no other alert is judged. {advice}", 0, started);
        }

        tell(new AlertNotice(begun, begun.Value));
        return false;
    }

    /// <summary>A point was written.</summary>
    public void Worked()
    {
        AlertRow over;
        lock (gate)
        {
            since = null;
            records.Unwritable = null;
            if (records.Unwritten is not { } on) return;
            over = on with { Resolved = time.GetUtcNow().ToUnixTimeSeconds() };
            records.Resolve(records.Raise(over.Rule, over.Severity, over.Message, over.Value, over.Started), over.Resolved.Value);
            records.Unwritten = null;
        }

        tell(new AlertNotice(over, over.Value));
    }
}
