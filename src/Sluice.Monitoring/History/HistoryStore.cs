using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Monitoring.History;

/// <summary>Points of every level in an SQLite file. Each sample is merged into the open point of every level and written at once, so that a restart, however it came about, costs at most one sample.</summary>
internal sealed class HistoryStore : IDisposable
{
    private const int CheckEvery = 360;

    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly SqliteCommand write, read, one, trim;
    private readonly Dictionary<int, (long At, Dictionary<int, SeriesValue> Point)> open = [];
    private readonly long maximumBytes;
    private int appended;

    /// <summary>Works on a connection of <see cref="HistoryFile"/>, which it closes with itself.</summary>
    public HistoryStore(SqliteConnection connection, long maximumBytes)
    {
        (this.connection, this.maximumBytes) = (connection, maximumBytes);
        Catalog = new SeriesCatalog(connection);
        write = connection.Prepare("INSERT OR REPLACE INTO points (level, at, data) VALUES ($level, $at, $data)", "$level", "$at", "$data");
        read = connection.Prepare("SELECT at, data FROM points WHERE level = $level AND at >= $from AND at < $to ORDER BY at", "$level", "$from", "$to");
        one = connection.Prepare("SELECT data FROM points WHERE level = $level AND at = $at", "$level", "$at");
        trim = connection.Prepare("DELETE FROM points WHERE level = $level AND at IN (SELECT at FROM points WHERE level = $level AND at < $before ORDER BY at LIMIT 2)", "$level", "$before");
        Records = new RecordStore(connection, gate);
    }

    public SeriesCatalog Catalog { get; }

    /// <summary>Alerts, marks and notes, in the same file.</summary>
    public RecordStore Records { get; }

    /// <summary>Bytes of the file.</summary>
    public long Size
    {
        get
        {
            lock (gate) return connection.ReadInteger("PRAGMA page_count") * connection.ReadInteger("PRAGMA page_size");
        }
    }

    /// <summary>Points that could not be read since start: written by a program that is not this one.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Runs what may add series, one at a time.</summary>
    public T Resolve<T>(Func<SeriesCatalog, T> use)
    {
        lock (gate) return use(Catalog);
    }

    /// <summary>Adds what happened from <paramref name="at"/> on, up to the next sample.</summary>
    /// <exception cref="SqliteException">Nothing was added.</exception>
    public void Append(long at, Dictionary<int, SeriesValue> sample)
    {
        lock (gate)
        {
            // First, so that a failure of it, too, is one before anything was added.
            if (appended++ % CheckEvery == 0) KeepToBound();
            try
            {
                using var transaction = connection.BeginWrite();
                foreach (var level in HistoryLevel.All)
                {
                    // Two for each that begins: it keeps up, and a clock that is years ahead for a moment does not take all there is with it.
                    if (!open.TryGetValue(level.Seconds, out var held) || held.At != level.Floor(at)) trim.Set(level.Seconds, at - (long)level.Keep.TotalSeconds).ExecuteNonQuery();
                    var point = Merge(level, level.Floor(at), sample);
                    write.Set(level.Seconds, level.Floor(at), PointFormat.Write(point, id => Catalog.Find(id)!.Kind)).ExecuteNonQuery();
                }

                transaction.Commit();
            }
            catch
            {
                // The file has not got the sample, and the next one covers its time too: the points are read anew.
                open.Clear();
                throw;
            }
        }
    }

    /// <summary>What happened from <paramref name="from"/> to before <paramref name="to"/>, in bins of <paramref name="step"/> seconds; bins without a point are left out.</summary>
    public List<HistoryBin> Read(HistoryLevel level, long from, long to, long step, SeriesFilter wanted)
    {
        var bins = new List<HistoryBin>();
        lock (gate)
        {
            using var rows = read.Set(level.Seconds, from, to).ExecuteReader();
            while (rows.Read())
            {
                var at = rows.GetInt64(0);
                var start = from + ((at - from) / step * step);
                if (bins.Count == 0 || bins[^1].At != start) bins.Add(new HistoryBin(start, new Window([], Catalog.Find)));
                Take(bins[^1].Window.Values, (byte[])rows.GetValue(1), wanted);
            }
        }

        return bins;
    }

    /// <summary>The same as one window.</summary>
    public Window Read(HistoryLevel level, long from, long to, SeriesFilter wanted) =>
        Read(level, from, to, Math.Max(1, to - from), wanted) is [var only] ? only.Window : new Window([], Catalog.Find);

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var command in (SqliteCommand[])[write, read, one, trim]) command.Dispose();
            Records.Dispose();
            connection.Dispose();
        }
    }

    private Dictionary<int, SeriesValue> Merge(HistoryLevel level, long at, Dictionary<int, SeriesValue> sample)
    {
        if (!open.TryGetValue(level.Seconds, out var held) || held.At != at)
        {
            held = (at, []);
            // There is one after a restart, and after the clock was set back.
            if (one.Set(level.Seconds, at).ExecuteScalar() is byte[] stored) Take(held.Point, stored, SeriesFilter.All);
            open[level.Seconds] = held;
        }

        foreach (var (id, value) in sample)
        {
            if (held.Point.TryGetValue(id, out var sum)) sum.Merge(value, Catalog.Find(id)!.Kind);
            else held.Point[id] = value.Copy();
        }

        return held.Point;
    }

    private void Take(Dictionary<int, SeriesValue> target, byte[] data, SeriesFilter wanted)
    {
        try
        {
            PointFormat.MergeInto(target, data, Catalog.Find, wanted);
        }
        catch (InvalidDataException)
        {
            Unreadable++;
        }
    }

    /// <summary>The finest points go first: they are the most, and the coarser ones say the same. Of a level the older half, by number: one of a clock that was years ahead would have half of the years go, which is all there is.</summary>
    private void KeepToBound()
    {
        foreach (var level in HistoryLevel.All)
        {
            var used = (connection.ReadInteger("PRAGMA page_count") - connection.ReadInteger("PRAGMA freelist_count")) * connection.ReadInteger("PRAGMA page_size");
            if (used <= maximumBytes) break;
            connection.Execute($"DELETE FROM points WHERE level = {level.Seconds} AND at < (SELECT at FROM points WHERE level = {level.Seconds} ORDER BY at LIMIT 1 OFFSET (SELECT count(*) / 2 FROM points WHERE level = {level.Seconds}))");
        }

        connection.Execute("PRAGMA incremental_vacuum");
    }
}
