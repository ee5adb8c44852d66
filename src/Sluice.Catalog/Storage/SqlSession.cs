using System.Data.Common;
using System.Globalization;

namespace Sluice.Catalog.Storage;

/// <summary>Statements on one connection. What is interpolated into a statement becomes a parameter, unless it is <see cref="SqlText"/>.</summary>
/// <remarks>A statement that has begun is not cancelled: Npgsql tells the server of that over a further connection, and holds whoever cancels until that is done, which takes twenty seconds
/// where the server stands still. Whoever does not want to wait leaves it to its end.</remarks>
internal sealed class SqlSession(DbConnection connection, DbTransaction? transaction)
{
    /// <summary>Runs a statement; how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(FormattableString sql, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await using var command = Command(sql);
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Runs a query and reads each row.</summary>
    public async Task<List<T>> QueryAsync<T>(FormattableString sql, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await using var command = Command(sql);
        await using var rows = await command.ExecuteReaderAsync(CancellationToken.None);
        var found = new List<T>();
        while (await rows.ReadAsync(CancellationToken.None)) found.Add(read(rows));
        return found;
    }

    private DbCommand Command(FormattableString sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        var arguments = sql.GetArguments();
        var names = new object[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is SqlText text)
            {
                names[i] = text.Text;
                continue;
            }
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@p" + i.ToString(CultureInfo.InvariantCulture);
            parameter.Value = arguments[i] ?? DBNull.Value;
            command.Parameters.Add(parameter);
            names[i] = parameter.ParameterName;
        }
        command.CommandText = string.Format(CultureInfo.InvariantCulture, sql.Format, names);
        return command;
    }
}
