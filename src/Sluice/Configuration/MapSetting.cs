using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>A section whose names are chosen by the person who writes it.</summary>
internal sealed class MapSetting<TOwner, T>(string name, ValueKind<T> kind, Func<TOwner, Dictionary<string, T>> get, string meaning) : Setting<TOwner>(name, meaning)
{
    /// <summary>Says what is wrong with a name and what to write instead; null when it is fine.</summary>
    public required Func<string, (string Problem, string Remedy)?> CheckName { get; init; }

    /// <summary>Says of a text that is no value why it is none; null where its kind says enough.</summary>
    public Func<string, string>? Explain { get; init; }

    /// <summary>True when the values must never be shown.</summary>
    public bool Secret { get; init; }

    public override void Bind(TOwner owner, ConfigurationNode node, string path, List<ConfigurationError> errors)
    {
        if (node.Kind != ConfigurationNodeKind.Section)
            errors.Add(new(node.Source, path, "is a section", "write names with values between { and }"));
        foreach (var (key, written) in node.Members)
        {
            var at = $"{path}.{key}";
            if (CheckName(key) is { } wrong)
                errors.Add(new(written.Source, at, wrong.Problem, wrong.Remedy));
            else if (written.Kind != ConfigurationNodeKind.Scalar || !kind.Parse(written.Text, out var value))
                errors.Add(new(written.Source, at, Secret ? $"is not {kind.Noun}" : $"\"{written.Text}\" is not {kind.Noun}{(Explain is { } why && written.Kind == ConfigurationNodeKind.Scalar ? ": " + why(written.Text) : "")}", kind.Advice));
            else
                get(owner)[key] = value;
        }
    }

    public override JsonObject Schema(TOwner defaults) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = JsonNode.Parse(kind.Schema),
        ["description"] = Meaning,
    };

    public override JsonNode? Show(TOwner owner, bool withSecrets) => new JsonObject(get(owner).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)(Secret && !withSecrets ? "***" : kind.Format(pair.Value)))));

    public override IEnumerable<SettingReference> References(TOwner defaults, string path) =>
        [new(path, $"section of {kind.Name}s", get(defaults) is { Count: > 0 } map ? string.Join(", ", map.Select(p => $"{p.Key}: {kind.Format(p.Value)}")) : "none", null, null, Meaning)];
}
