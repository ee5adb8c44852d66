using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>A section inside a section.</summary>
internal sealed class SectionSetting<TOwner, T>(string name, SettingGroup<T> group, Func<TOwner, T> get, string meaning) : Setting<TOwner>(name, meaning)
{
    /// <summary>Called when the section was written, before it is read: makes room for sections that are absent by default.</summary>
    public Action<TOwner>? Written { get; init; }

    public override void Bind(TOwner owner, ConfigurationNode node, string path, List<ConfigurationError> errors)
    {
        Written?.Invoke(owner);
        group.Bind(get(owner), node, path, errors);
    }

    public override JsonObject Schema(TOwner defaults)
    {
        var schema = group.Schema();
        schema["description"] = Meaning;
        return schema;
    }

    public override JsonNode? Show(TOwner owner, bool withSecrets) => get(owner) is { } value ? group.Show(value, withSecrets) : null;

    public override IEnumerable<SettingReference> References(TOwner defaults, string path) => group.References(path);
}
