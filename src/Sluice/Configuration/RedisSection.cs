namespace Sluice.Configuration;

/// <summary>The Redis that nodes share.</summary>
internal sealed class RedisSection
{
    public string? Host { get; set; } = "localhost";

    public int Port { get; set; } = 6379;

    public string? Url { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    public int? Database { get; set; }

    public bool Tls { get; set; }

    public string? TlsAuthority { get; set; }

    public string? Prefix { get; set; }

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    public RedisObjectsSection Objects { get; } = new();
}
