using System.Globalization;
using System.Net;

namespace Sluice.Configuration;

/// <summary>Where a listener listens: an IP address (or "localhost") and a port; port 0 lets the system choose one.</summary>
internal readonly record struct ListenAddress(IPAddress Address, int Port)
{
    /// <summary>True when only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>The URL a person on this machine would open: the "any" addresses show as loopback.</summary>
    public string Url
    {
        get
        {
            var shown = Address.Equals(IPAddress.Any) ? IPAddress.Loopback : Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : Address;
            return "http://" + (this with { Address = shown });
        }
    }

    /// <summary>Reads "127.0.0.1:8081", "[::1]:8081", "0.0.0.0:80" or "localhost:8081".</summary>
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = text[..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            host = "127.0.0.1";
        if (host.StartsWith('[') != host.EndsWith(']') || host.Contains(':', StringComparison.Ordinal) != host.StartsWith('['))
            return false;
        // Short forms such as "1" or "0x7f.1" are addresses to the parser and mistakes to the person who wrote them.
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var ip) || (!host.StartsWith('[') && host.Split('.').Length != 4))
            return false;
        address = new ListenAddress(ip, port);
        return true;
    }

    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
