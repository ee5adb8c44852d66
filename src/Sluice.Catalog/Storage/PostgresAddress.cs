using System.Net;
using Npgsql;

namespace Sluice.Catalog.Storage;

/// <summary>Where a PostgreSQL database is: a URL as psql takes it, or Npgsql's own form. Either may name several servers, one of which is the primary.</summary>
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
        var builder = new NpgsqlConnectionStringBuilder { MaxPoolSize = 25, MinPoolSize = 0, ConnectionLifetime = 3600, ConnectionIdleLifetime = 1800, Timeout = 10, CommandTimeout = 30, HostRecheckSeconds = 1, ApplicationName = "sluice" };
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
            return Finish(builder);
        }
        // Several servers, one of which is the primary: a Uri knows no such list.
        var begin = address.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = address.IndexOfAny(['/', '?'], begin) is >= 0 and var slash ? slash : address.Length;
        begin = Math.Max(begin, address.LastIndexOf('@', end - 1) + 1);
        var hosts = address[begin..end];
        var isList = hosts.Contains(',', StringComparison.Ordinal);
        if (!Uri.TryCreate(isList ? $"{address[..begin]}several{address[end..]}" : address, UriKind.Absolute, out var url) || url.AbsolutePath.Length < 2)
            throw new ArgumentException(Unreadable);
        var user = url.UserInfo.Split(':', 2);
        builder.Host = isList ? hosts : url.Host.Length > 0 ? url.Host.Trim('[', ']') : "localhost";
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
        return Finish(builder);
    }

    private static string Finish(NpgsqlConnectionStringBuilder builder)
    {
        // Of several servers the catalog needs the one that can be written, which is looked for anew each second. Npgsql asks one alone for nothing, and refuses to be told to.
        if (builder.Host?.Contains(',', StringComparison.Ordinal) != true) builder.Remove("Target Session Attributes");
        else builder.TargetSessionAttributes ??= "read-write";
        try
        {
            if (builder.Port > IPEndPoint.MaxPort) throw new ArgumentException($"There is no port {builder.Port}.");
            if (builder.Host?.Split(',').Any(HasNoPort) == true) throw new FormatException();
            // What does not go together is found here, not by the first who asks the database.
            NpgsqlDataSource.Create(builder.ConnectionString).Dispose();
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            // Where the password has a slash, part of it is taken for one, so it is not repeated.
            throw new ArgumentException("The database's address has a port that is none. In a URL, a password is written with %2F for / and %40 for @.", e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new ArgumentException($"The database's address will not do: {e.Message}", e);
        }
        return builder.ConnectionString;
    }

    /// <summary>True for HOST:PORT with a port beyond the last, which Npgsql sees only when it connects.</summary>
    private static bool HasNoPort(string host) =>
        host.LastIndexOf(':') is > 0 and var colon && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']') && int.TryParse(host.AsSpan(colon + 1), out var port) && port > IPEndPoint.MaxPort;
}
