using System.Globalization;

namespace Sluice.Video.Debug;

/// <summary>Texts of reports.</summary>
internal static class DebugText
{
    private static readonly string[] Switches = ["debug", "no-kv-cache", "nocache", "bypass"];

    // Not only ours: a query may hold what another server understands.
    private static readonly string[] Secrets = ["signature", "token", "key", "secret", "password", "credential", "auth", "x-amz"];

    /// <summary>The query without the switches for debugging.</summary>
    public static string WithoutSwitches(string query) => Rewrite(query, (name, pair) => Switches.Contains(name) || name.StartsWith("debug-", StringComparison.Ordinal) ? null : pair);

    /// <summary>The query with the values of what looks secret masked.</summary>
    public static string Redact(string query) => Rewrite(query, (name, pair) =>
        name != "keyid" && Array.Exists(Secrets, secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase)) ? name + "=***" : pair);

    /// <summary>A path as a link on the same server: one that begins with two slashes would name another.</summary>
    public static string Local(string path) => path.StartsWith("//", StringComparison.Ordinal) ? "/." + path : path;

    /// <summary>Milliseconds with one decimal.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>What a header field can hold of a text.</summary>
    public static string FieldValue(string text) => string.Create(text.Length, text, static (field, source) =>
    {
        for (var i = 0; i < field.Length; i++) field[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
    });

    private static string Rewrite(string query, Func<string, string, string?> pairs)
    {
        var kept = query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pairs(pair.Split('=', 2)[0], pair)).OfType<string>();
        var text = string.Join('&', kept);
        return text.Length == 0 ? "" : "?" + text;
    }
}
