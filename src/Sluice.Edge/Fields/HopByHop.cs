using System.Collections.Frozen;
using Sluice.Core.Objects;

namespace Sluice.Edge.Fields;

/// <summary>Fields that belong to one connection and are not passed on (RFC 9110 section 7.6.1).</summary>
internal static class HopByHop
{
    // Proxy-Status (RFC 9209) is end-to-end in spite of its name, so there is no rule by prefix.
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
        "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a field that is always hop-by-hop.</summary>
    public static bool IsHopByHop(string name) => Names.Contains(name);

    /// <summary>The lines of <paramref name="fields"/> that go on to the next hop: without the fixed ones and without those a Connection line names.</summary>
    /// <remarks>Cache-Control stays even when Connection names it, which RFC 9110 calls never appropriate: dropping it could make a private answer public.</remarks>
    public static HeaderList Remove(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var kept = new HeaderList();
        List<string>? connection = null;
        foreach (var (name, value) in fields)
        {
            if (!IsHopByHop(name)) kept.Add(name, value);
            else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase)) (connection ??= []).Add(value);
        }
        if (connection is null) return kept;
        foreach (var line in connection)
            foreach (var option in new FieldNames(line))
                if (!option.Equals("close", StringComparison.OrdinalIgnoreCase) && !option.Equals("Cache-Control", StringComparison.OrdinalIgnoreCase))
                    kept.Remove(option.ToString());
        return kept;
    }
}
