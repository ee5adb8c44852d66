using System.Globalization;
using Sluice.Redis;
using Sluice.Redis.Objects;

namespace Sluice.Configuration;

/// <summary>Turns the redis section into the options of a node.</summary>
internal static class RedisSetup
{
    /// <summary>What to write for a URL. User and password not in their place, where they would be masked like those of a real URL.</summary>
    public const string UrlAdvice = "write redis://HOST[:PORT][/DATABASE], or rediss:// for TLS, with USER:PASSWORD@ before HOST where it wants them";

    /// <summary>The options; null where there is to be no Redis.</summary>
    public static RedisOptions? Options(RedisSection? section)
    {
        if (section is not { Host: { } host }) return null;
        var options = new RedisOptions
        {
            Host = host,
            Port = section.Port,
            User = section.User,
            Password = section.Password,
            Database = section.Database ?? 0,
            Tls = section.Tls,
            TlsAuthority = section.TlsAuthority,
            KeyPrefix = section.Prefix ?? "",
            CommandTimeout = section.Timeout,
            ConnectTimeout = 2 * section.Timeout,
            PurgeTimeout = 2 * section.Timeout,
        };
        if (section.Url is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var url)) return options;
        var user = url.UserInfo.Split(':', 2);
        return options with
        {
            Host = url.Host.Trim('[', ']'),
            Port = url.Port > 0 ? url.Port : 6379,
            User = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : options.User,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : options.Password,
            Database = int.TryParse(url.AbsolutePath.Trim('/'), NumberStyles.None, CultureInfo.InvariantCulture, out var database) ? database : options.Database,
            Tls = options.Tls || url.Scheme == "rediss",
        };
    }

    /// <summary>What is shared of objects; null for nothing.</summary>
    public static SharedTierOptions? Objects(RedisObjectsSection section) => !section.Share ? null : new SharedTierOptions
    {
        MaximumBytes = section.Maximum,
        MaximumObjectBytes = section.MaximumObject,
        SizeThreshold = section.SizeThreshold,
        ChunkSize = section.ChunkSize,
        ParallelFetches = section.ParallelFetches,
        Patience = section.Timeout,
    };

    /// <summary>Everything that is wrong with the section.</summary>
    public static IEnumerable<string> Errors(RedisSection section)
    {
        foreach (var error in Options(section)?.Errors() ?? []) yield return error;
        foreach (var error in Objects(section.Objects)?.Errors() ?? []) yield return error;
        if (section.TlsAuthority is { } file && !File.Exists(file)) yield return $"there is no file {Path.GetFullPath(file)}";
    }

    /// <summary>Takes over HOST, HOST:PORT or [ADDRESS]:PORT.</summary>
    public static void TakeServer(RedisSection section, string? server)
    {
        var colon = server?.LastIndexOf(':') ?? -1;
        // More than one colon without brackets is an address of version 6.
        if (server is not null && colon > 0 && (server[0] == '[' ? server[colon - 1] == ']' : server.IndexOf(':', StringComparison.Ordinal) == colon)
            && ushort.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            (section.Host, section.Port) = (server[..colon].Trim('[', ']'), port);
        else section.Host = server?.Trim('[', ']');
    }

    /// <summary>What is wrong with a server. A URL would be taken for a name that there is not, and told with the password in it.</summary>
    public static (string Problem, string Remedy)? CheckServer(string? text) =>
        text?.AsSpan().IndexOfAny('/', '@') is null or < 0 ? null : ("is not the name of a server", "write HOST or HOST:PORT; a URL is set as redis.url or REDIS_URL");

    /// <summary>What is wrong with a URL.</summary>
    public static (string Problem, string Remedy)? CheckUrl(string? text) =>
        text is null || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "redis" or "rediss" && url.Host.Length > 0) ? null : ("is not the URL of a Redis", UrlAdvice);
}
