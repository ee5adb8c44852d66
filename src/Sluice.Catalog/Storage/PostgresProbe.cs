using System.Globalization;
using Npgsql;

namespace Sluice.Catalog.Storage;

/// <summary>A look at a catalog's PostgreSQL database, which leaves it as it is.</summary>
public static class PostgresProbe
{
    private const int Oldest = 15;

    /// <summary>Connects, and tells what is there.</summary>
    /// <exception cref="IOException">A catalog cannot use it; the message says why, without the password.</exception>
    public static async Task<string> RunAsync(string address, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(PostgresAddress.Read(address));
            await using var connection = await source.OpenConnectionAsync(cancellation);
            var (session, begun) = (new SqlSession(connection, null), time.GetTimestamp());
            var (number, version, isStandby, hasTables, mayCreate) = (await session.QueryAsync(
                $"SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_version'), pg_is_in_recovery(), to_regclass('sluice_format') IS NOT NULL, COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)",
                row => (row.GetInt32(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4)), cancellation))[0];
            var took = time.GetElapsedTime(begun);
            if (number < Oldest) throw new IOException($"PostgreSQL {version} is too old; {Oldest} or later is needed");
            if (isStandby) throw new IOException("it is a standby, which cannot be written; name the primary");
            if (!hasTables && !mayCreate) throw new IOException("it has no tables of a catalog, and this user may not create them: GRANT CREATE ON SCHEMA public");
            var format = hasTables ? (await session.QueryAsync($"SELECT version FROM sluice_format", row => row.GetInt32(0), cancellation)).FirstOrDefault() : 0;
            if (format > Migrations.Steps.Length) throw new IOException($"it was made by a newer version of this program (format {format}; this one knows {Migrations.Steps.Length})");
            return string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {version} answers in {took.TotalMilliseconds:0.#} ms{(hasTables ? "" : "; the tables are made by the first start")}");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new IOException((e as PostgresException)?.MessageText ?? e.InnerException?.Message ?? e.Message, e);
        }
    }
}
