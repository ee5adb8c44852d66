namespace Sluice.Configuration;

/// <summary>A line of the settings reference.</summary>
/// <param name="Path">Where it stands in the file: "cache.memory", "routes[].name".</param>
/// <param name="Kind">Kind of value.</param>
/// <param name="Default">Default, as written in the file.</param>
/// <param name="Flag">Command line flag, or null.</param>
/// <param name="Alias">Another environment variable that sets it, or null.</param>
/// <param name="Meaning">What it means.</param>
internal sealed record SettingReference(string Path, string Kind, string Default, string? Flag, string? Alias, string Meaning)
{
    /// <summary>The environment variable that sets it; N stands for an index from 0.</summary>
    public string Variable => "SLUICE__" + string.Join("__", Path.Replace("[]", ".N", StringComparison.Ordinal).Split('.').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
}
