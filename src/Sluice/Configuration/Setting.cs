using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>One name in a section of the configuration. From the same list the program reads its settings, writes the JSON Schema and the reference, and shows what is in force.</summary>
internal abstract class Setting<TOwner>(string name, string meaning)
{
    /// <summary>Its name in the file.</summary>
    public string Name { get; } = name;

    /// <summary>What it means, in a sentence.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>Takes over what was written.</summary>
    public abstract void Bind(TOwner owner, ConfigurationNode node, string path, List<ConfigurationError> errors);

    /// <summary>Its JSON Schema.</summary>
    public abstract JsonObject Schema(TOwner defaults);

    /// <summary>What is in force; secrets masked, unless they are wanted to compare.</summary>
    public abstract JsonNode? Show(TOwner owner, bool withSecrets);

    /// <summary>Its lines in the reference.</summary>
    public abstract IEnumerable<SettingReference> References(TOwner defaults, string path);
}
