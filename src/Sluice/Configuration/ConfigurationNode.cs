namespace Sluice.Configuration;

/// <summary>A value as written, and where it was written. Files, environment and flags all become one tree of these before anything is read from it.</summary>
internal sealed class ConfigurationNode(ConfigurationNodeKind kind, string source, string text = "")
{
    /// <summary>Its kind.</summary>
    public ConfigurationNodeKind Kind { get; } = kind;

    /// <summary>Where it was written, for error messages.</summary>
    public string Source { get; } = source;

    /// <summary>The value of a scalar, as written.</summary>
    public string Text { get; } = text;

    /// <summary>The values in a section, by name. Names are matched without regard to case, since environment variables are.</summary>
    public Dictionary<string, ConfigurationNode> Members { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The values in a list.</summary>
    public List<ConfigurationNode> Items { get; } = [];

    /// <summary>Puts a value at a path below this section, replacing what is there; sections and lists on the way are made as needed.</summary>
    /// <returns>What stands in the way, or null.</returns>
    public ConfigurationError? Put(ReadOnlySpan<string> path, ConfigurationNode value)
    {
        var at = this;
        for (var i = 0; i < path.Length; i++)
        {
            var next = i == path.Length - 1 ? value : at.Child(path[i]) ?? new ConfigurationNode(KindFor(path[i + 1]), value.Source);
            if (at.Kind == ConfigurationNodeKind.List)
            {
                if (!int.TryParse(path[i], out var index) || index < 0 || index > at.Items.Count)
                    return new(value.Source, "", $"\"{path[i]}\" is no index of a list of {at.Items.Count}", $"write a number from 0 to {at.Items.Count}");
                if (index == at.Items.Count)
                    at.Items.Add(next);
                at.Items[index] = next;
            }
            else if (at.Kind == ConfigurationNodeKind.Section)
                at.Members[path[i]] = next;
            else
                return new(value.Source, "", $"nothing can be set below a single value (from {at.Source})", "set one or the other");
            at = next;
        }
        return null;
    }

    private ConfigurationNode? Child(string name) => Kind == ConfigurationNodeKind.List
        ? int.TryParse(name, out var index) && index >= 0 && index < Items.Count ? Items[index] : null
        : Members.GetValueOrDefault(name);

    private static ConfigurationNodeKind KindFor(string name) => int.TryParse(name, out _) ? ConfigurationNodeKind.List : ConfigurationNodeKind.Section;
}
