using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Monitoring.History;

/// <summary>The series that the file knows. Their number is bounded, whatever labels anybody invents: what comes after the last is left out and counted.</summary>
internal sealed class SeriesCatalog
{
    /// <summary>Series kept at most; a server has about 80, and 34 more with each bucket.</summary>
    public const int Maximum = 4096;

    // More than the URL of any origin has: of two that are cut off to the same name only one would be counted.
    private const int LongestValue = 500;

    private readonly SqliteConnection connection;
    private readonly ConcurrentDictionary<string, Series> byKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Series> byId = new();

    // Shown before they could be entered.
    private readonly ConcurrentDictionary<string, Series> lent = new(StringComparer.Ordinal);

    // Those met last, so that bounds need not be made a text for every point.
    private readonly ConcurrentDictionary<string, Series> byName = new(StringComparer.Ordinal);
    private int refused;

    /// <summary>Reads the catalog. Calls that add must come one at a time, and not while the connection is in use.</summary>
    public SeriesCatalog(SqliteConnection connection)
    {
        this.connection = connection;
        using var command = connection.Prepare("SELECT id, name, kind, bounds FROM series");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            double[] bounds = [.. rows.GetString(3).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            Keep(new Series(rows.GetInt32(0), rows.GetString(1), (SeriesKind)rows.GetInt32(2), bounds), rows.GetString(3));
        }
    }

    /// <summary>How often a series was left out since start.</summary>
    public int Refused => refused;

    public IEnumerable<Series> All => byId.Values;

    public Series? Find(int id) => byId.GetValueOrDefault(id);

    /// <summary>The series of that name and shape, added when it is new; null when there are as many as may be.</summary>
    public Series? Get(string name, SeriesKind kind, double[] bounds)
    {
        if (Known(name, kind, bounds, out var text) is { } known) return known;
        if (byKey.Count >= Maximum)
        {
            refused++;
            return null;
        }

        // By itself, the statement gives the number before it commits, and a full disk would not show.
        using var transaction = connection.BeginWrite();
        var id = (int)connection.ReadInteger("INSERT INTO series (name, kind, bounds) VALUES (?1, ?2, ?3) RETURNING id", name, (int)kind, text);
        transaction.Commit();
        return Keep(new Series(id, name, kind, bounds), text);
    }

    /// <summary>The same for what is only shown: a series that is new gets a number of its own below zero, and is written nowhere. A full disk must not take the dashboard away as well.</summary>
    public Series? Lend(string name, SeriesKind kind, double[] bounds)
    {
        if (Known(name, kind, bounds, out var text) is { } known) return known;
        if (byKey.Count + lent.Count >= Maximum) return null;
        return lent.GetOrAdd(Key(name, kind, text), _ => byId[-lent.Count - 1] = new Series(-lent.Count - 1, name, kind, bounds));
    }

    private Series? Known(string name, SeriesKind kind, double[] bounds, out string text)
    {
        text = "";
        if (byName.TryGetValue(name, out var last) && last.Kind == kind && last.Bounds.AsSpan().SequenceEqual(bounds)) return last;
        if (bounds.Length > 0) text = string.Join(' ', bounds.Select(bound => bound.ToString("R", CultureInfo.InvariantCulture)));
        return byKey.TryGetValue(Key(name, kind, text), out var known) ? byName[name] = known : null;
    }

    /// <summary>The name of a series: labels in order, no value long, none with the characters that separate.</summary>
    public static string Name(string instrument, IEnumerable<KeyValuePair<string, object?>> labels)
    {
        var text = string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={Clean(Convert.ToString(label.Value, CultureInfo.InvariantCulture) ?? "")}"));
        return text.Length == 0 ? instrument : $"{instrument}{{{text}}}";
    }

    private static string Clean(string value) => (value.Length > LongestValue ? value[..LongestValue] : value).Replace(',', ';').Replace('{', '(').Replace('}', ')');

    private static string Key(string name, SeriesKind kind, string bounds) => $"{name}\n{(int)kind}\n{bounds}";

    private Series Keep(Series series, string bounds)
    {
        byId[series.Id] = byName[series.Name] = series;
        return byKey[Key(series.Name, series.Kind, bounds)] = series;
    }
}
