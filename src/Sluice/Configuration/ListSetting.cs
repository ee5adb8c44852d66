using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>A list of sections.</summary>
internal sealed class ListSetting<TOwner, T>(string name, SettingGroup<T> group, Func<TOwner, List<T>> get, string meaning) : Setting<TOwner>(name, meaning)
{
    /// <summary>Turns an item written as one text into the section it stands for, or into null when it stands for none; null when items are sections only.</summary>
    public Func<string, string, ConfigurationNode?>? Short { get; init; }

    /// <summary>What to write, for errors about the short form.</summary>
    public string Advice { get; init; } = "write { … }";

    public override void Bind(TOwner owner, ConfigurationNode node, string path, List<ConfigurationError> errors)
    {
        if (node.Kind != ConfigurationNodeKind.List)
        {
            errors.Add(new(node.Source, path, "is a list", "put the value between [ and ]; in variables its items have numbers from 0"));
            return;
        }
        for (var i = 0; i < node.Items.Count; i++)
        {
            var (item, at) = (group.Create(), $"{path}[{i}]");
            var written = node.Items[i];
            get(owner).Add(item);
            if (written.Kind == ConfigurationNodeKind.Scalar && Short is not null)
            {
                if (Short(written.Text, written.Source) is not { } section)
                {
                    errors.Add(new(written.Source, at, $"\"{written.Text}\" cannot be used", Advice));
                    continue;
                }
                written = section;
            }
            group.Bind(item, written, at, errors);
        }
    }

    public override JsonObject Schema(TOwner defaults) => new()
    {
        ["type"] = "array",
        ["items"] = Short is null ? group.Schema() : new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, group.Schema()) },
        ["description"] = Meaning,
    };

    public override JsonNode? Show(TOwner owner, bool withSecrets) => new JsonArray([.. get(owner).Select(item => group.Show(item, withSecrets))]);

    public override IEnumerable<SettingReference> References(TOwner defaults, string path) => group.References(path + "[]");
}
