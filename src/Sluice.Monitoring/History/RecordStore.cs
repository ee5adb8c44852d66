using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Monitoring.History;

/// <summary>What the history keeps beside numbers: alerts, messages about them that were not taken, marks on the charts, notes of its own.</summary>
internal sealed class RecordStore : IDisposable
{
    /// <summary>Alerts and marks kept, the oldest go first.</summary>
    private const int Maximum = 10_000;

    /// <summary>Messages kept, the oldest go first.</summary>
    private const int MaximumKept = 512;

    private readonly SqliteConnection connection;
    private readonly Lock gate;
    private readonly SqliteCommand raise, resolve, reword, alerts, mark, marks, note, noted, keep, kept, forget;

    public RecordStore(SqliteConnection connection, Lock gate)
    {
        (this.connection, this.gate) = (connection, gate);
        raise = connection.Prepare("INSERT INTO alerts (rule, severity, message, value, started) VALUES ($rule, $severity, $message, $value, $started) RETURNING id", "$rule", "$severity", "$message", "$value", "$started");
        resolve = connection.Prepare("UPDATE alerts SET resolved = $resolved WHERE id = $id", "$resolved", "$id");
        reword = connection.Prepare("UPDATE alerts SET message = $message, value = $value WHERE id = $id", "$message", "$value", "$id");
        alerts = connection.Prepare("SELECT id, rule, severity, message, value, started, resolved FROM alerts WHERE resolved IS NULL OR started >= $since OR resolved >= $since ORDER BY started DESC, id DESC LIMIT 500", "$since");
        mark = connection.Prepare("INSERT INTO marks (at, kind, text) VALUES ($at, $kind, $text)", "$at", "$kind", "$text");
        marks = connection.Prepare("SELECT at, kind, text FROM marks WHERE at >= $from AND at < $to ORDER BY at DESC, id DESC LIMIT 500", "$from", "$to");
        note = connection.Prepare("INSERT OR REPLACE INTO notes (name, value) VALUES ($name, $value)", "$name", "$value");
        noted = connection.Prepare("SELECT value FROM notes WHERE name = $name", "$name");
        keep = connection.Prepare("INSERT OR IGNORE INTO untaken (sink, name, message) VALUES ($sink, $name, $message)", "$sink", "$name", "$message");
        kept = connection.Prepare("SELECT message FROM untaken WHERE sink = $sink ORDER BY id", "$sink");
        forget = connection.Prepare("DELETE FROM untaken WHERE sink = $sink AND name = $name", "$sink", "$name");
    }

    /// <summary>Why the history cannot be written now, and what is to be done; null while it can.</summary>
    public string? Unwritable { get; set; }

    /// <summary>An alert that is on and cannot be entered.</summary>
    public AlertRow? Unwritten { get; set; }

    /// <summary>Enters an alert that began; its number.</summary>
    public long Raise(string rule, int severity, string message, double value, long started)
    {
        lock (gate)
        {
            using var transaction = connection.BeginWrite();
            connection.Execute($"DELETE FROM alerts WHERE resolved IS NOT NULL AND id <= (SELECT max(id) FROM alerts) - {Maximum}");
            // By itself, the statement gives the number before it commits, and a full disk would not show.
            var id = (long)raise.Set(rule, severity, message, value, started).ExecuteScalar()!;
            transaction.Commit();
            return id;
        }
    }

    /// <summary>Enters its end.</summary>
    public void Resolve(long id, long resolved)
    {
        lock (gate) resolve.Set(resolved, id).ExecuteNonQuery();
    }

    /// <summary>Enters what is the matter by now, with an alert that is on.</summary>
    public void Reword(long id, string message, double value)
    {
        lock (gate) reword.Set(message, value, id).ExecuteNonQuery();
    }

    /// <summary>Alerts that are on, and those of a time; the newest first.</summary>
    public List<AlertRow> Alerts(long since)
    {
        lock (gate)
        {
            using var rows = alerts.Set(since).ExecuteReader();
            List<AlertRow> found = Unwritten is { } on ? [on] : [];
            while (rows.Read())
                found.Add(new AlertRow(rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2), rows.GetString(3), rows.GetDouble(4), rows.GetInt64(5)) { Resolved = rows.IsDBNull(6) ? null : rows.GetInt64(6) });
            return found;
        }
    }

    /// <summary>Keeps a message for a sink under a name.</summary>
    public void Keep(string sink, string name, string message)
    {
        lock (gate)
        {
            keep.Set(sink, name, message).ExecuteNonQuery();
            connection.Execute($"DELETE FROM untaken WHERE id <= (SELECT max(id) FROM untaken) - {MaximumKept}");
        }
    }

    /// <summary>What is kept for a sink, the oldest first.</summary>
    public List<string> Kept(string sink)
    {
        lock (gate)
        {
            using var rows = kept.Set(sink).ExecuteReader();
            var found = new List<string>();
            while (rows.Read()) found.Add(rows.GetString(0));
            return found;
        }
    }

    /// <summary>Lets go of a message.</summary>
    public void Forget(string sink, string name)
    {
        lock (gate) forget.Set(sink, name).ExecuteNonQuery();
    }

    /// <summary>Marks a moment on the charts.</summary>
    public void Mark(long at, string kind, string text)
    {
        lock (gate)
        {
            connection.Execute($"DELETE FROM marks WHERE id <= (SELECT max(id) FROM marks) - {Maximum}");
            mark.Set(at, kind, text).ExecuteNonQuery();
        }
    }

    /// <summary>Marks of a time, the newest first.</summary>
    public List<MarkRow> Marks(long from, long to)
    {
        lock (gate)
        {
            using var rows = marks.Set(from, to).ExecuteReader();
            var found = new List<MarkRow>();
            while (rows.Read()) found.Add(new MarkRow(rows.GetInt64(0), rows.GetString(1), rows.GetString(2)));
            return found;
        }
    }

    /// <summary>Remembers a word under a name.</summary>
    public void Note(string name, string value)
    {
        lock (gate) note.Set(name, value).ExecuteNonQuery();
    }

    /// <summary>The word under a name; null for none.</summary>
    public string? Noted(string name)
    {
        lock (gate) return noted.Set(name).ExecuteScalar() as string;
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[raise, resolve, reword, alerts, mark, marks, note, noted, keep, kept, forget]) command.Dispose();
    }
}
