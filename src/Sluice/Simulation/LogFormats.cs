using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Edge.Routes;

namespace Sluice.Simulation;

/// <summary>Reads lines of access logs: nginx's combined format, Sluice's own (text and JSON), and that of S3 server access logs.</summary>
internal static partial class LogFormats
{
    /// <summary>Reads a line; false for one that is no successful read of an object, or of no known format.</summary>
    public static bool TryRead(string line, out LogRequest request)
    {
        request = default;
        return line.Length > 0 && (line[0] == '{' ? TryJson(line, out request) : Try(Sluice(), line, out request) || Try(Bucket(), line, out request) || Try(Combined(), line, out request));
    }

    private static bool Try(Regex format, string line, out LogRequest request)
    {
        request = default;
        var match = format.Match(line);
        if (!match.Success || !IsRead(match.Groups["method"].Value, match.Groups["status"].Value)) return false;
        var size = match.Groups["size"].Success && match.Groups["size"].Value != "-" ? match.Groups["size"].Value : match.Groups["bytes"].Value;
        if (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)) return false;
        request = new(NameOf(match.Groups["path"].Value), bytes);
        return true;
    }

    private static bool TryJson(string line, out LogRequest request)
    {
        request = default;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (!root.TryGetProperty("target", out var target) || !root.TryGetProperty("bytes", out var bytes) || !root.TryGetProperty("status", out var status) || !root.TryGetProperty("method", out var method)) return false;
            if (!IsRead(method.GetString() ?? "", status.GetRawText())) return false;
            request = new(NameOf(target.GetString() ?? ""), bytes.GetInt64());
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    // A log has the query as it came; with what players add to each request, each would be an object of its own.
    private static string NameOf(string target) => QueryRule.Default.Apply(target);

    private static bool IsRead(string method, string status) => (method is "GET" or "REST.GET.OBJECT") && (status is "200" or "206");

    // 1.2.3.4 - - [21/Nov/2026:08:00:00 +0000] "GET /a.mp4 HTTP/1.1" 200 1024 "-" "curl"
    [GeneratedRegex("""^\S+ \S+ \S+ \[[^\]]+\] "(?<method>[A-Z]+) (?<path>\S+)[^"]*" (?<status>\d{3}) (?<bytes>\d+|-)""")]
    private static partial Regex Combined();

    // 2026-11-21T08:00:00.000Z 127.0.0.1 GET /a.mp4 200 1024 hit memory first=0.1ms …
    [GeneratedRegex("""^\d{4}-\d\d-\d\dT\S+ \S+ (?<method>[A-Z]+) (?<path>\S+) (?<status>\d{3}) (?<bytes>\d+) """)]
    private static partial Regex Sluice();

    // owner bucket [time] address requester id REST.GET.OBJECT key "GET /key HTTP/1.1" 200 - 1024 1024 …: bytes sent, then the object's size
    [GeneratedRegex("""^\S+ \S+ \[[^\]]+\] \S+ \S+ \S+ (?<method>REST\.\S+) (?<path>\S+) "[^"]*" (?<status>\d{3}) \S+ (?<bytes>\d+|-) (?<size>\d+|-)""")]
    private static partial Regex Bucket();
}
