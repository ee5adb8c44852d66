using System.Net;

namespace Sluice.Edge.Purging;

/// <summary>Who may send PURGE to the edge. With neither addresses nor a token nobody may, and the method is answered 405.</summary>
public sealed record EdgePurgeOptions
{
    /// <summary>Networks whose clients may. Default: this machine (127.0.0.0/8 and ::1).</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [new(IPAddress.Parse("127.0.0.0"), 8), new(IPAddress.IPv6Loopback, 128)];

    /// <summary>Whoever sends this as "Authorization: Bearer TOKEN" may, from anywhere. Default null: nobody. A secret.</summary>
    public string? Token { get; init; }
}
