using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Reports;

/// <summary>Sends reports once their day, week (from Monday) or month is over, in UTC. One that fell due while the program was stopped is sent at its next start; none is sent twice.</summary>
internal sealed class ReportSchedule(IReadOnlyList<string> periods, ReportBuilder reports, RecordStore records, AlertTeller teller)
{
    /// <summary>Sends what fell due.</summary>
    public void Check(DateTimeOffset now)
    {
        foreach (var name in periods)
        {
            var due = Due(name, now.ToUniversalTime());
            var stamp = FormattableString.Invariant($"{due.ToUnixTimeSeconds()}");
            var sent = records.Noted("report " + name);
            // A clock that was set back over midnight comes to it again.
            if (sent == stamp || sent == FormattableString.Invariant($"{Next(name, due).ToUnixTimeSeconds()}")) continue;
            records.Note("report " + name, stamp);
            // Of the time before the very first start there is nothing to report.
            if (sent is not null && Period.Find(name) is { } period) teller.Tell(reports.Build(Whole(period, due), due));
        }
    }

    /// <summary>The period that ended then: a month is as long as it was, and not thirty days, or one in two would lack its first day.</summary>
    private static Period Whole(Period period, DateTimeOffset due) => period.Name == "month" ? period with { Seconds = (int)(due - due.AddMonths(-1)).TotalSeconds } : period;

    private static DateTimeOffset Next(string name, DateTimeOffset due) => Due(name, due.AddDays(name switch { "week" => 7, "month" => 31, _ => 1 }));

    /// <summary>The last moment at which a report of that name fell due.</summary>
    public static DateTimeOffset Due(string name, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero);
        return name switch
        {
            "week" => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            "month" => day.AddDays(1 - day.Day),
            _ => day,
        };
    }
}
