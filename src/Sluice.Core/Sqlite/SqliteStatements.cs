using Microsoft.Data.Sqlite;

namespace Sluice.Core.Sqlite;

/// <summary>Statements of one connection, each prepared once: for few texts that run often. For one thread at a time; a text must not run again while its rows are still read.</summary>
public sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    /// <summary>As <see cref="SqliteDatabase.Execute"/>.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>As <see cref="SqliteDatabase.Bind"/>; it stays these statements' own.</summary>
    public SqliteCommand Bind(string sql, params ReadOnlySpan<object?> values)
    {
        if (!prepared.TryGetValue(sql, out var command)) return prepared[sql] = connection.Bind(sql, values);
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in prepared.Values) command.Dispose();
    }
}
