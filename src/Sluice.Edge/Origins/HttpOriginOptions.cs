using Sluice.Edge.Fields;

namespace Sluice.Edge.Origins;

/// <summary>Settings of an HTTP origin.</summary>
public sealed record HttpOriginOptions
{
    /// <summary>
    /// http(s)://[user:password@]host[:port][/prefix]. The prefix goes before every path as it is written here. User information is sent as
    /// Authorization: Basic in place of what a client sends, and is shown nowhere.
    /// </summary>
    public required string Url { get; init; }

    /// <summary>Host field to send; null sends the URL's own. Default null.</summary>
    public string? Host { get; init; }

    /// <summary>Fields to send with every request, in place of what a client sends: keys and the like. Default none. Secrets.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Time to connect, TLS included. Default 5 seconds; more than 0, at most 10 minutes.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time from the request, or the last byte of its body that was sent, to the response's header fields. Default 60 seconds; more than 0, at most 1 day.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for the next bytes of a body. Default 60 seconds; more than 0, at most 1 day.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an unused connection is kept. Default 4 seconds, since many servers close theirs after 5; 0 to 10 minutes.</summary>
    public TimeSpan ConnectionIdleTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a connection is used before a new one is made, which also asks the name service again. Default 5 minutes; more than 0, at most 1 day.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most connections at once; a request beyond them waits within <see cref="ResponseTimeout"/>. Default 4,096; 1 to 65,536.</summary>
    public int MaximumConnections { get; init; } = 4096;

    /// <summary>Most bytes of a response's header fields. Default 64 KiB; 1 KiB to 16 MiB, in whole KiB.</summary>
    public int MaximumHeaderBytes { get; init; } = 64 << 10;

    /// <summary>Most bytes read and thrown away to save a connection whose body is not wanted to its end. Default 16 KiB; 0 to 16 MiB.</summary>
    public int MaximumDrainBytes { get; init; } = 16 << 10;

    /// <summary>Use the proxy that the environment names (HTTP_PROXY and so on). Default false.</summary>
    public bool UseEnvironmentProxy { get; init; }

    /// <summary>What is wrong with these settings, one line each, without secrets; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (HttpOriginAddress.TryParse(Url, out _) is { } error) yield return error;
        if (Host is not null && (Host.Length == 0 || Host.AsSpan().ContainsAnyExceptInRange('!', '~'))) yield return "Host must be a host name with an optional port.";
        foreach (var (name, value) in Headers)
        {
            if (!Tokens.IsToken(name) || HopByHop.IsHopByHop(name) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                yield return $"The field {name} cannot be sent to an origin this way.";
            else if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) yield return $"The value of the field {name} must be one line of ASCII.";
        }
        if (!IsWithin(ConnectTimeout, TimeSpan.FromMinutes(10))) yield return "ConnectTimeout must be more than 0 and at most 10 minutes.";
        if (!IsWithin(ResponseTimeout, TimeSpan.FromDays(1))) yield return "ResponseTimeout must be more than 0 and at most 1 day.";
        if (!IsWithin(IdleTimeout, TimeSpan.FromDays(1))) yield return "IdleTimeout must be more than 0 and at most 1 day.";
        if (ConnectionIdleTimeout < TimeSpan.Zero || ConnectionIdleTimeout > TimeSpan.FromMinutes(10)) yield return "ConnectionIdleTimeout must be 0 to 10 minutes.";
        if (!IsWithin(ConnectionLifetime, TimeSpan.FromDays(1))) yield return "ConnectionLifetime must be more than 0 and at most 1 day.";
        if (MaximumConnections is < 1 or > 65_536) yield return "MaximumConnections must be 1 to 65536.";
        if (MaximumHeaderBytes is < 1 << 10 or > 16 << 20 || MaximumHeaderBytes % 1024 != 0) yield return "MaximumHeaderBytes must be whole KiB from 1 KiB to 16 MiB.";
        if (MaximumDrainBytes is < 0 or > 16 << 20) yield return "MaximumDrainBytes must be 0 to 16 MiB.";
    }

    private static bool IsWithin(TimeSpan value, TimeSpan most) => value > TimeSpan.Zero && value <= most;
}
