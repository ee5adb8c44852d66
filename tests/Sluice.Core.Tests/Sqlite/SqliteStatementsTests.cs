using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Core.Tests.Sqlite;

public sealed class SqliteStatementsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("sluice-sqlite-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Execute_SameTextAgain_TakesEachRunsOwnValues()
    {
        using var database = SqliteDatabase.Open(Path.Combine(root, "a.db"));
        using var statements = new SqliteStatements(database);
        database.Execute("CREATE TABLE t (a ANY UNIQUE)");
        object?[] values = ["text", null, 7L, new byte[] { 1, 2 }, null, "more text", 1L];
        foreach (var value in values) Assert.Equal(1, statements.Execute("INSERT INTO t VALUES (?1)", value));
        // One that failed can run again.
        Assert.Throws<SqliteException>(() => statements.Execute("INSERT INTO t VALUES (?1)", 7L));
        Assert.Equal(1, statements.Execute("INSERT INTO t VALUES (?1)", 8L));
        // Also after the table has become another.
        database.Execute("ALTER TABLE t ADD COLUMN b");
        Assert.Equal(8, statements.Execute("UPDATE t SET b = ?1", "x"));

        var read = new List<object>();
        using (var rows = statements.Bind("SELECT a FROM t ORDER BY rowid").ExecuteReader())
            while (rows.Read()) read.Add(rows.GetValue(0));
        Assert.Equal(["text", DBNull.Value, 7L, new byte[] { 1, 2 }, DBNull.Value, "more text", 1L, 8L], read);
        using var again = statements.Bind("SELECT a FROM t ORDER BY rowid").ExecuteReader();
        Assert.True(again.Read());
    }
}
