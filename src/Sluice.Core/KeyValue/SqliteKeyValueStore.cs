using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;
using Sluice.Core.Telemetry;

namespace Sluice.Core.KeyValue;

/// <summary>A namespace in an SQLite file.</summary>
/// <remarks>A file that cannot be read is a miss, logged at most once a minute; a change that cannot be made throws <see cref="IOException"/>, because what it should have replaced is still there.</remarks>
public sealed class SqliteKeyValueStore : ICountedKeyValueStore
{
    private const int EvictAtOnce = 64;

    private readonly KeyValueLimits limits;
    private readonly KeyValueConnection connection;
    private readonly ForwardClock clock;
    private readonly ILogger logger;
    private readonly LogLimit limit;
    private readonly long id;

    internal SqliteKeyValueStore(string name, KeyValueLimits limits, KeyValueConnection connection, ForwardClock clock, ILogger logger)
    {
        (Namespace, this.limits, this.connection, this.clock, this.logger) = (name, limits, connection, clock, logger);
        limit = new LogLimit(clock.Time);
        var bytes = KeyValueText.ToBytes(name);
        if (Find(bytes).Count == 0) Task.Run(() => connection.WriteAsync(writer => writer.Execute("INSERT OR IGNORE INTO namespaces (name) VALUES (?1)", bytes), CancellationToken.None)).GetAwaiter().GetResult();
        id = Find(bytes)[0];
    }

    /// <inheritdoc/>
    public string Namespace { get; }

    /// <inheritdoc/>
    public KeyValueCounters Counters { get; } = new("sqlite");

    /// <inheritdoc/>
    public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var name = KeyValueText.ToBytes(key);
        try
        {
            return new(Counters.Read(connection.Get(id, name, clock.Now)));
        }
        catch (Exception failure) when (failure is SqliteException or ArgumentException)
        {
            // Of a damaged row numbers may be no time and bytes no text.
            if (limit.Allows()) logger.LogError(KeyValueEvents.ReadFailed, failure, "The key-value file could not be read; what is asked for is a miss. Check its permissions, or move it away if it is damaged");
            return new(Counters.Read(null));
        }
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default)
    {
        var name = KeyValueText.ToBytes(key);
        var tags = Array.ConvertAll(KeyValueText.Tags(settings.Tags), KeyValueText.ToBytes);
        var copy = value.ToArray();
        var now = clock.Now;
        var expires = limits.ExpiryAt(now, settings.TimeToLive);
        var size = name.Length + (long)copy.Length;
        await connection.WriteAsync(writer =>
        {
            writer.Execute("DELETE FROM entries WHERE namespace = ?1 AND key = ?2", id, name);
            if (expires <= now || size > limits.MaximumBytes) return;
            MakeRoom(writer, size, now);
            writer.Execute("INSERT INTO entries (namespace, key, value, size, tagged, expires, used) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                id, name, copy, size, tags.Length, expires is { } end ? end.UtcTicks : DBNull.Value, connection.NextUse(now));
            var entry = writer.ReadInteger("SELECT last_insert_rowid()");
            foreach (var tag in tags) writer.Execute("INSERT INTO tags VALUES (?1, ?2, ?3)", id, tag, entry);
        }, cancellation);
        Counters.Wrote(size);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        var name = KeyValueText.ToBytes(key);
        return await DeleteAsync("namespace = ?1 AND key = ?2", name, cancellation) > 0;
    }

    /// <inheritdoc/>
    public async ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default) =>
        await DeleteAsync("id IN (SELECT entry FROM tags WHERE namespace = ?1 AND tag = ?2)", KeyValueText.ToBytes(tag), cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ScanAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask;
        var from = KeyValueText.ToBytes(prefix);
        var keys = After(from) is { } end
            ? connection.Read<byte[]>("SELECT key FROM entries WHERE namespace = ?1 AND key >= ?3 AND key < ?4 AND (expires IS NULL OR expires > ?2)", id, clock.Now.UtcTicks, from, end)
            : connection.Read<byte[]>("SELECT key FROM entries WHERE namespace = ?1 AND (expires IS NULL OR expires > ?2)", id, clock.Now.UtcTicks);
        // Sorted here: the order of UTF-8 bytes is not quite the ordinal order of UTF-16.
        foreach (var key in keys.Select(key => KeyValueText.FromBytes(key)).Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    /// <inheritdoc/>
    public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var totals = connection.Read<long>("""
            SELECT entries - (SELECT count(*) FROM entries WHERE namespace = ?1 AND expires <= ?2) FROM namespaces WHERE id = ?1
            UNION ALL SELECT bytes - coalesce((SELECT sum(size) FROM entries WHERE namespace = ?1 AND expires <= ?2), 0) FROM namespaces WHERE id = ?1
            """, id, clock.Now.UtcTicks);
        return new(new KeyValueUsage(totals[0], totals[1], limits.MaximumBytes));
    }

    private async Task<int> DeleteAsync(string which, byte[] value, CancellationToken cancellation)
    {
        var now = clock.Now.UtcTicks;
        var live = 0;
        await connection.WriteAsync(writer =>
        {
            live = writer.Execute($"DELETE FROM entries WHERE {which} AND (expires IS NULL OR expires > ?3)", id, value, now);
            writer.Execute($"DELETE FROM entries WHERE {which}", id, value);
        }, cancellation);
        Counters.Deleted();
        return live;
    }

    private void MakeRoom(SqliteConnection writer, long size, DateTimeOffset now)
    {
        if (!IsOver(writer, size)) return;
        writer.Execute("DELETE FROM entries WHERE namespace = ?1 AND expires <= ?2", id, now.UtcTicks);
        connection.StoreUses();
        while (IsOver(writer, size))
        {
            var oldest = new List<long>(EvictAtOnce);
            using (var command = writer.Bind($"SELECT id FROM entries WHERE namespace = ?1 ORDER BY used LIMIT {EvictAtOnce}", id))
            using (var rows = command.ExecuteReader())
                while (rows.Read()) oldest.Add(rows.GetInt64(0));
            if (oldest.Count == 0) return;
            foreach (var entry in oldest)
            {
                writer.Execute("DELETE FROM entries WHERE id = ?1", entry);
                if (!IsOver(writer, size)) return;
            }
        }
    }

    private bool IsOver(SqliteConnection writer, long size) =>
        writer.ReadInteger("SELECT entries >= ?2 OR bytes + ?3 > ?4 FROM namespaces WHERE id = ?1", id, limits.MaximumEntries ?? long.MaxValue, size, limits.MaximumBytes ?? long.MaxValue) != 0;

    private List<long> Find(byte[] name) => connection.Read<long>("SELECT id FROM namespaces WHERE name = ?1", name);

    /// <summary>The least bytes that come after everything with this prefix; null when there are none.</summary>
    private static byte[]? After(byte[] prefix)
    {
        // UTF-8 has no byte 0xFF, so the last byte can always be raised.
        if (prefix.Length == 0) return null;
        byte[] end = [.. prefix];
        end[^1]++;
        return end;
    }
}
