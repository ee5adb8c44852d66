using System.Globalization;

namespace Sluice.Video.Debug;

/// <summary>Texts of reports.</summary>
internal static class DebugText
{
    private static readonly string[] Switches = ["debug", "no-kv-cache", "nocache", "bypass"];

    /// <summary>The query without the switches for debugging.</summary>
    public static string WithoutSwitches(string query)
    {
        var text = string.Join('&', query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(pair => !IsSwitch(pair.Split('=', 2)[0])));
        return text.Length == 0 ? "" : "?" + text;
    }

    /// <summary>A path as a link on the same server: one that begins with two slashes would name another.</summary>
    public static string Local(string path) => path.StartsWith("//", StringComparison.Ordinal) ? "/." + path : path;

    /// <summary>Milliseconds with one decimal.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>What a header field can hold of a text.</summary>
    public static string FieldValue(string text) => string.Create(text.Length, text, static (field, source) =>
    {
        for (var i = 0; i < field.Length; i++) field[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
    });

    private static bool IsSwitch(string name) => Switches.Contains(name) || name.StartsWith("debug-", StringComparison.Ordinal);
}
