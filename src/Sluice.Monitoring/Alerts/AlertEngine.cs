using System.Globalization;
using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Alerts;

/// <summary>Judges the rules after every sample. An alert begins once, is told once, and ends once; what was on when the program stopped is still on, untold, when it starts.</summary>
internal sealed class AlertEngine
{
    private readonly HistoryStore store;
    private readonly Func<AlertNotice, bool> tell;
    private readonly List<State> states;

    public AlertEngine(IEnumerable<AlertRule> rules, HistoryStore store, Func<AlertNotice, bool> tell)
    {
        (this.store, this.tell) = (store, tell);
        states = [.. rules.Select(rule => new State(rule))];
        foreach (var row in store.Records.Alerts(long.MaxValue))
        {
            if (states.Find(state => state.Rule.Name == row.Rule) is { On: null } state)
                (state.On, state.UnjudgedSince) = (row, long.TryParse(store.Records.Noted(Note(state)), CultureInfo.InvariantCulture, out var since) ? DateTimeOffset.FromUnixTimeSeconds(since) : null);
            // A rule that is no more, or an alert that is there twice.
            else store.Records.Resolve(row.Id, row.Started);
        }
    }

    /// <summary>Looks at all rules.</summary>
    public void Evaluate(AlertEvidence evidence)
    {
        var now = evidence.Now;
        foreach (var state in states)
        {
            if (state.Rule.Measure(evidence) is not { } value)
            {
                WatchSilence(state, now);
                continue;
            }

            SetUnjudged(state, null);
            if (state.On is null) Watch(state, value, now);
            else WatchEnd(state, value, now);
        }
    }

    private void Watch(State state, double value, DateTimeOffset now)
    {
        if (!state.Rule.Begins(value))
        {
            state.Since = null;
            return;
        }

        state.Since = Earlier(state.Since, now);
        if (now - state.Since < state.Rule.For) return;
        var (rule, message, started) = (state.Rule, state.Rule.Message(value), now.ToUnixTimeSeconds());
        state.On = new AlertRow(store.Records.Raise(rule.Name, (int)rule.Severity, message, value, started), rule.Name, (int)rule.Severity, message, value, started);
        state.Since = null;
        tell(new AlertNotice(state.On, value));
    }

    private void WatchEnd(State state, double value, DateTimeOffset now)
    {
        if (!state.Rule.Ends(value))
        {
            state.Since = null;
            Follow(state, value);
            return;
        }

        state.Since = Earlier(state.Since, now);
        if (now - state.Since < state.Rule.EndsAfter) return;
        var over = state.On! with { Resolved = now.ToUnixTimeSeconds() };
        store.Records.Resolve(over.Id, over.Resolved!.Value);
        (state.On, state.Since) = (null, null);
        tell(new AlertNotice(over, value));
    }

    /// <summary>Without anything to judge an alert cannot stay on all night; and what was bad before is no longer bad without a break.</summary>
    private void WatchSilence(State state, DateTimeOffset now)
    {
        SetUnjudged(state, Earlier(state.UnjudgedSince, now));
        if (state.Rule.Unjudged is not { } reason || now - state.UnjudgedSince < state.Rule.Patience) return;
        state.Since = null;
        if (state.On is not { } on) return;
        var message = FormattableString.Invariant($"{reason} for {state.Rule.Patience.TotalMinutes:0} minutes: ended without knowing whether it is over. Last: {on.Message}");
        var over = on with { Message = message, Resolved = now.ToUnixTimeSeconds() };
        // First, so that a stop in between leaves no note for the next alert of this rule.
        SetUnjudged(state, null);
        store.Records.Reword(over.Id, over.Message, over.Value);
        store.Records.Resolve(over.Id, over.Resolved.Value);
        state.On = null;
        tell(new AlertNotice(over, over.Value) { IsUnjudged = true });
    }

    /// <summary>Since when something has been so. What lies ahead is of a clock that was set back since: nothing may wait for it to come round again.</summary>
    private static DateTimeOffset Earlier(DateTimeOffset? since, DateTimeOffset now) => since < now ? since.Value : now;

    /// <summary>Noted in the history while an alert is on, so that restarts do not begin the wait anew.</summary>
    private void SetUnjudged(State state, DateTimeOffset? since)
    {
        if (state.UnjudgedSince == since) return;
        state.UnjudgedSince = since;
        if (state.On is not null) store.Records.Note(Note(state), since?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "");
    }

    private static string Note(State state) => "unjudged " + state.Rule.Name;

    /// <summary>What an alert says is what is the case, not what was when it began. Between its two thresholds its sentence would not be true, and stays.</summary>
    private void Follow(State state, double value)
    {
        if (!state.Rule.Begins(value) || state.Rule.Message(value) is var message && message == state.On!.Message) return;
        state.On = state.On! with { Message = message, Value = value };
        store.Records.Reword(state.On.Id, message, value);
    }

    private sealed class State(AlertRule rule)
    {
        public AlertRule Rule => rule;

        public AlertRow? On { get; set; }

        /// <summary>Since when the value has been such that the alert begins, or ends.</summary>
        public DateTimeOffset? Since { get; set; }

        /// <summary>Since when there has been too little to judge.</summary>
        public DateTimeOffset? UnjudgedSince { get; set; }
    }
}
