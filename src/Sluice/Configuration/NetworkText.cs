using System.Net;
using System.Net.Sockets;

namespace Sluice.Configuration;

/// <summary>Networks as people write them: "10.0.0.0/8", or one address.</summary>
internal static class NetworkText
{
    /// <summary>Reads one. False when the text is none, or has bits set beyond its prefix.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (text.Contains('/', StringComparison.Ordinal)) return IPNetwork.TryParse(text, out network);
        network = default;
        // Short forms such as "10.1" are addresses to the parser and mistakes to the person who wrote them.
        if (!IPAddress.TryParse(text, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && text.Split('.').Length != 4)) return false;
        network = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return true;
    }

    /// <summary>The networks of a list that was checked.</summary>
    public static IReadOnlyList<IPNetwork> Parse(IEnumerable<string> texts) =>
        [.. texts.Select(text => TryParse(text, out var network) ? network : throw new FormatException($"{text} is no network"))];

    /// <summary>What is wrong with a list, and what to write; null when nothing is.</summary>
    public static (string Problem, string Remedy)? Check(IReadOnlyList<string> texts) =>
        texts.FirstOrDefault(text => !TryParse(text, out _)) is { } wrong ? ($"\"{wrong}\" is no address or network", "write an address, or a network such as 10.0.0.0/8 or fd00::/8") : null;
}
