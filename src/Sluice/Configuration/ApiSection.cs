using System.Net;

namespace Sluice.Configuration;

/// <summary>The private listener.</summary>
internal sealed class ApiSection
{
    public ListenAddress Listen { get; set; } = new(IPAddress.Loopback, 8080);

    public string? Token { get; set; }

    public IReadOnlyList<string> Hosts { get; set; } = [];
}
