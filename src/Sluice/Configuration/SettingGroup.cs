using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>The settings of one section.</summary>
internal sealed class SettingGroup<T>(Func<T> create, params Setting<T>[] settings)
{
    /// <summary>A section with every default.</summary>
    public T Create() => create();

    /// <summary>Its settings, in the order people read them.</summary>
    public IReadOnlyList<Setting<T>> Settings { get; } = settings;

    /// <summary>Takes over what was written; a name that is none of the settings is an error with the nearest name.</summary>
    public void Bind(T owner, ConfigurationNode node, string path, List<ConfigurationError> errors)
    {
        if (node.Kind != ConfigurationNodeKind.Section)
        {
            errors.Add(new(node.Source, path, "is a section", "write names with values between { and }"));
            return;
        }
        foreach (var (name, written) in node.Members)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (Array.Find(settings, s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } setting)
                setting.Bind(owner, written, path.Length == 0 ? setting.Name : $"{path}.{setting.Name}", errors);
            else if (at != "$schema")
                errors.Add(new(written.Source, at, "there is no such setting", Suggestion.For(name, settings.Select(s => s.Name)) is { } near
                    ? $"did you mean {near}?"
                    : $"known here: {string.Join(", ", settings.Select(s => s.Name))}"));
        }
    }

    /// <summary>Its JSON Schema.</summary>
    public JsonObject Schema()
    {
        var defaults = create();
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(settings.Select(s => KeyValuePair.Create(s.Name, (JsonNode?)s.Schema(defaults)))),
        };
    }

    /// <summary>What is in force; secrets masked unless they are wanted to compare, what is absent left out, or off where leaving it out would mean a default.</summary>
    public JsonNode Show(T owner, bool withSecrets = false)
    {
        var defaults = create();
        return new JsonObject(settings.Select(s => KeyValuePair.Create(s.Name, s.Show(owner, withSecrets) ?? (s.Show(defaults, withSecrets) is null ? null : ValueKinds.Off))).Where(pair => pair.Value is not null));
    }

    /// <summary>Its lines in the reference.</summary>
    public IEnumerable<SettingReference> References(string path)
    {
        var defaults = create();
        return settings.SelectMany(s => s.References(defaults, path.Length == 0 ? s.Name : $"{path}.{s.Name}"));
    }
}
