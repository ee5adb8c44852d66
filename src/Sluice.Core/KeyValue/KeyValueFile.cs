using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;

namespace Sluice.Core.KeyValue;

/// <summary>The database file of <see cref="SqliteKeyValueStores"/>. Several processes may have it open.</summary>
internal static class KeyValueFile
{
    // Times are ticks of 100 ns of UTC since 0001-01-01. "used" rises with each use, in this process's order. The triggers keep a namespace's totals exact whichever process writes.
    private const string Schema = """
        CREATE TABLE namespaces (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, entries INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE entries (id INTEGER PRIMARY KEY, namespace INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, size INTEGER NOT NULL, tagged INTEGER NOT NULL,
          expires INTEGER, used INTEGER NOT NULL, UNIQUE (namespace, key));
        CREATE INDEX entries_used ON entries (namespace, used);
        CREATE INDEX entries_expires ON entries (expires) WHERE expires IS NOT NULL;
        CREATE TABLE tags (namespace INTEGER NOT NULL, tag BLOB NOT NULL, entry INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
          PRIMARY KEY (namespace, tag, entry)) WITHOUT ROWID;
        CREATE INDEX tags_entry ON tags (entry);
        CREATE TABLE clock (seen INTEGER NOT NULL);
        INSERT INTO clock VALUES (0);
        CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN
          UPDATE namespaces SET entries = entries + 1, bytes = bytes + new.size WHERE id = new.namespace;
        END;
        CREATE TRIGGER entry_deleted AFTER DELETE ON entries BEGIN
          UPDATE namespaces SET entries = entries - 1, bytes = bytes - old.size WHERE id = old.namespace;
        END;
        """;

    // "SLUK".
    // What an earlier run saw expire stays expired, even when the clock was set back in between. Done while the file is opened, so that damage it runs into is met as any other.
    private static readonly SqliteFormat Format = new("key-value file", 0x534C554B, 1, Schema,
        "DELETE FROM entries WHERE expires <= (SELECT seen FROM clock); SELECT (SELECT max(id) FROM entries) + (SELECT max(entry) FROM tags) + (SELECT max(id) FROM namespaces) + (SELECT seen FROM clock)");

    /// <summary>Opens or creates the file; a damaged one is moved aside first.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public static SqliteConnection Open(string path, ILogger logger) => Format.Open(path, KeyValueEvents.Damaged, logger);
}
