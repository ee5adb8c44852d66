using Npgsql;

namespace Sluice.Catalog.Storage;

/// <summary>Where a PostgreSQL database is: a URL as psql takes it, or Npgsql's own form.</summary>
public static class PostgresAddress
{
    // What psql calls otherwise than Npgsql does; clouds give addresses with some of them.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username", ["dbname"] = "Database", ["connect_timeout"] = "Timeout", ["application_name"] = "Application Name", ["channel_binding"] = "Channel Binding",
        ["target_session_attrs"] = "Target Session Attributes", ["sslrootcert"] = "Root Certificate", ["sslcert"] = "SSL Certificate", ["sslkey"] = "SSL Key",
    };

    private const string Unreadable = "The database's address is neither postgres://USER@HOST/NAME nor Host=HOST;Database=NAME;Username=USER.";

    /// <summary>Npgsql's form of an address, with the pool of row U097 where it names none: 25 connections, 1 hour each, 30 minutes idle.</summary>
    /// <exception cref="ArgumentException">It is none; the message does not repeat it, for the password's sake.</exception>
    public static string Read(string address)
    {
        var builder = new NpgsqlConnectionStringBuilder { MaxPoolSize = 25, MinPoolSize = 0, ConnectionLifetime = 3600, ConnectionIdleLifetime = 1800, Timeout = 10, CommandTimeout = 30, ApplicationName = "sluice" };
        if (!address.StartsWith("postgres://", StringComparison.Ordinal) && !address.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            try
            {
                foreach (var (name, value) in new NpgsqlConnectionStringBuilder(address)) builder[name] = value;
            }
            catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
            {
                throw new ArgumentException(Unreadable, e);
            }
            return builder.ConnectionString;
        }
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.AbsolutePath.Length < 2)
            throw new ArgumentException(Unreadable);
        var user = url.UserInfo.Split(':', 2);
        builder.Host = url.Host.Length > 0 ? url.Host.Trim('[', ']') : "localhost";
        if (url.Port > 0) builder.Port = url.Port;
        builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : (pair, "");
            if (name.Equals("sslmode", StringComparison.OrdinalIgnoreCase)) value = value.Replace("-", "", StringComparison.Ordinal);
            try
            {
                builder[Names.GetValueOrDefault(name, name)] = value;
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
            {
                throw new ArgumentException($"The database's address has a parameter \"{name}\" that is not known, or a value of it that will not do.", e);
            }
        }
        return builder.ConnectionString;
    }
}
