using System.Globalization;
using System.Text;

namespace Sluice.TestKit.Http;

/// <summary>A whole answer of the edge, with the headers as text.</summary>
public sealed record EdgeAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>HIT, MISS, EXPIRED, STALE, UPDATING, REVALIDATED or BYPASS; null where the edge sent none.</summary>
    public string? CacheStatus => Header("X-Cache-Status");

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Seconds of the Age header; null where there is none.</summary>
    public long? Age => Header("Age") is { } age ? long.Parse(age, CultureInfo.InvariantCulture) : null;

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    public override string ToString() =>
        $"{Status} {string.Join("; ", Headers.Select(header => $"{header.Key}: {header.Value}"))} ({Body.Length} B)";
}
