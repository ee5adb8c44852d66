using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Alerts;

/// <summary>
/// Messages about alerts that one sink has not taken, kept in the history: who waits for a webhook that is down must hear of it after a restart too.
/// A message that was taken at the moment of a kill comes twice, with the same id.
/// </summary>
internal sealed partial class AlertOutbox(RecordStore records, string sink, ILogger logger)
{
    /// <summary>What ended longer ago than this is no news.</summary>
    private static readonly TimeSpan News = TimeSpan.FromDays(1);

    /// <summary>Keeps a message until it is taken. Reports are not kept: they can be asked for.</summary>
    public void Add(AlertMessage message)
    {
        if (message.Report is null) Guard(() => records.Keep(sink, message.Id, JsonSerializer.Serialize(message, AlertJson.Default.AlertMessage)));
    }

    /// <summary>Forgets a message.</summary>
    public void Remove(string id) => Guard(() => records.Forget(sink, id));

    /// <summary>What had not been taken when the program stopped and is still news, in order; the rest is forgotten. Nobody is told that an alert is on which is over.</summary>
    public IReadOnlyList<AlertMessage> Waiting(DateTimeOffset now)
    {
        List<AlertMessage> waiting = [];
        // Without them the program starts all the same.
        Guard(() => waiting = Find(now));
        if (waiting.Count > 0) LogAgain(logger, waiting.Count, sink);
        return waiting;
    }

    private List<AlertMessage> Find(DateTimeOffset now)
    {
        var kept = records.Kept(sink).Select(Read).OfType<AlertMessage>().ToList();
        var on = records.Alerts(long.MaxValue).ConvertAll(row => (row.Rule, row.Started)).ToHashSet();
        var waiting = kept.FindAll(message => kept.Find(other => other.Resolved is not null && Alert(other) == Alert(message)) is { } end ? now - end.Resolved < News : on.Contains(Alert(message)));
        foreach (var message in kept.Except(waiting)) Remove(message.Id);
        return waiting;

        static (string, long) Alert(AlertMessage message) => (message.Rule, message.Started.ToUnixTimeSeconds());
    }

    private static AlertMessage? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, AlertJson.Default.AlertMessage);
        }
        catch (JsonException)
        {
            // Of another version of this program; it goes when it is the oldest.
            return null;
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (SqliteException failure)
        {
            // It is sent all the same.
            LogNotKept(logger, sink, failure.Message, HistoryFile.Advice(failure));
        }
    }

    [LoggerMessage(4217, LogLevel.Information, "{Count} messages that the {Sink} had not taken before the stop are sent again")]
    private static partial void LogAgain(ILogger logger, int count, string sink);

    [LoggerMessage(4218, LogLevel.Warning, "What the {Sink} has taken of alerts could not be read or written ({Reason}); a restart may lose or repeat a message. {Advice}")]
    private static partial void LogNotKept(ILogger logger, string sink, string reason, string advice);
}
