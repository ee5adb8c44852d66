using System.Globalization;
using System.Text;

namespace Sluice.Core.Telemetry;

/// <summary>One thing that happened, for systems that want each of them instead of sums (row MTR-33).</summary>
/// <param name="Name">What happened, such as presigned_url_cache_hit.</param>
/// <param name="Value">How much or how often; 1 where it is only that it happened.</param>
/// <param name="Tags">Name and value pairs; never a URL, a key or a token.</param>
/// <param name="Timestamp">When.</param>
public sealed record MetricRecord(string Name, double Value, IReadOnlyDictionary<string, string> Tags, DateTimeOffset Timestamp)
{
    /// <summary>The one format of every record in the log: <c>metric name=… value=… tag=… timestamp=…</c>, tags in their order, characters that would break it apart as "_".</summary>
    public override string ToString()
    {
        var text = new StringBuilder("metric name=").Append(Plain(Name)).Append(CultureInfo.InvariantCulture, $" value={Value}");
        foreach (var (name, value) in Tags) text.Append(' ').Append(Plain(name)).Append('=').Append(Plain(value));
        return text.Append(CultureInfo.InvariantCulture, $" timestamp={Timestamp.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}").ToString();
    }

    private static string Plain(string text) => text.AsSpan().ContainsAnyInRange('\0', ' ') || text.Contains('=', StringComparison.Ordinal)
        ? string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++) target[i] = source[i] is <= ' ' or '=' ? '_' : source[i];
        })
        : text;
}
