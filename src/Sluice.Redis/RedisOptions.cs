namespace Sluice.Redis;

/// <summary>How to reach Redis, and how patient to be with it.</summary>
public sealed record RedisOptions
{
    /// <summary>Host name or address. Default localhost (row CFG-12).</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Port. Default 6379 (row CFG-13).</summary>
    public int Port { get; init; } = 6379;

    /// <summary>User of an access list (ACL); null for the default user.</summary>
    public string? User { get; init; }

    /// <summary>Password; null for none (row CFG-14). A secret.</summary>
    public string? Password { get; init; }

    /// <summary>Number of the database (row CFG-15). Default 0; a cluster has only that.</summary>
    public int Database { get; init; }

    /// <summary>Speak TLS. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file of the authority that signed the server's certificate; null for those the system trusts.</summary>
    public string? TlsAuthority { get; init; }

    /// <summary>What every key begins with, for several installations on one Redis. Default nothing.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>How long connecting and greeting may take. Default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer may take before the connection is given up, and with it everything that waits on it. A look for a shared object waits a quarter of it. Default 1 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a purge waits for the receipts of other nodes; those that have not answered then are counted as silent. Default 2 s.</summary>
    public TimeSpan PurgeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause between attempts to connect; they begin at a tenth of a second and double, each drawn between half and all of it. Default 5 s.</summary>
    public TimeSpan MaximumPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Commands that may wait for an answer; one more is refused at once. Default 16,384.</summary>
    public int MaximumBacklog { get; init; } = 16_384;

    /// <summary>Bytes that may wait to be sent; beyond it commands are refused at once. Default 64 MiB.</summary>
    public int MaximumBacklogBytes { get; init; } = 64 << 20;

    /// <summary>The name of a channel. Redis has them for all databases in common, but those who share one keep to themselves.</summary>
    internal string Channel(string name) => Database == 0 ? KeyPrefix + name : $"{KeyPrefix}{name}.{Database}";

    /// <summary>Everything that is wrong with these options, one line each; empty when they will do.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Host)) errors.Add("Host must not be empty.");
        if (Port is < 1 or > 65535) errors.Add("Port is 1 to 65535.");
        if (Database < 0) errors.Add("Database is 0 or more.");
        if (User is not null && Password is null) errors.Add("A user needs a password.");
        if (TlsAuthority is not null && !Tls) errors.Add("TlsAuthority is for TLS, which is off.");
        if (ConnectTimeout <= TimeSpan.Zero || CommandTimeout <= TimeSpan.Zero || PurgeTimeout <= TimeSpan.Zero || MaximumPause <= TimeSpan.Zero) errors.Add("Times must be more than nothing.");
        if (MaximumBacklog < 1 || MaximumBacklogBytes < 1) errors.Add("The backlog must have room for a command.");
        return errors;
    }
}
