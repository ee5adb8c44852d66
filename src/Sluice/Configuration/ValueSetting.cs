using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>A setting with one value.</summary>
internal sealed class ValueSetting<TOwner, T>(string name, ValueKind<T> kind, Func<TOwner, T> get, Action<TOwner, T> set, string meaning) : Setting<TOwner>(name, meaning)
{
    /// <summary>The command line flag of <c>serve</c> that sets it, dashes included; null for none.</summary>
    public string? Flag { get; init; }

    /// <summary>An environment variable, besides the one of its path, that sets it; null for none.</summary>
    public string? Alias { get; init; }

    /// <summary>True when the value must never be shown.</summary>
    public bool Secret { get; init; }

    /// <summary>Says what is wrong with a value and what to write instead; null when it is fine.</summary>
    public Func<T, (string Problem, string Remedy)?>? Check { get; init; }

    /// <summary>The default in words, where it depends on something.</summary>
    public string? DefaultText { get; init; }

    public override void Bind(TOwner owner, ConfigurationNode node, string path, List<ConfigurationError> errors)
    {
        if (Texts(node) is { } texts)
        {
            Take(owner, (T)(object)texts, node, path, errors);
            return;
        }
        if (Text(node) is not { } text)
        {
            errors.Add(new(node.Source, path, $"is {kind.Noun}, not {(node.Kind == ConfigurationNodeKind.Nothing ? "null" : "a section or a list")}", kind.Advice));
            return;
        }
        if (!kind.Parse(text, out var value))
            errors.Add(new(node.Source, path, kind.Problem(text, Secret), kind.Advice));
        else
            Take(owner, value, node, path, errors);
    }

    public override JsonObject Schema(TOwner defaults)
    {
        var schema = JsonNode.Parse(kind.Schema)!.AsObject();
        schema["description"] = Meaning;
        if (DefaultText is null && get(defaults) is { } value)
            schema["default"] = Show(defaults, withSecrets: false);
        return schema;
    }

    public override JsonNode? Show(TOwner owner, bool withSecrets) => get(owner) switch
    {
        null => null,
        IReadOnlyList<string> { Count: 0 } => new JsonArray(),
        _ when Secret && !withSecrets => "***",
        // As it is: some kinds mask a password when they write.
        string value when withSecrets => value,
        bool value => value,
        int value when kind.Name == "number" => value,
        double value => value,
        IReadOnlyList<string> values => new JsonArray([.. values.Select(v => (JsonNode)v)]),
        var value => kind.Format(value),
    };

    public override IEnumerable<SettingReference> References(TOwner defaults, string path) =>
        [new(path, kind.Name, DefaultText ?? (get(defaults) is { } value && kind.Format(value) is { Length: > 0 } text ? text : "none"), Flag, Alias, Meaning)];

    private string? Text(ConfigurationNode node) => node.Kind switch
    {
        ConfigurationNodeKind.Scalar => node.Text,
        ConfigurationNodeKind.Nothing => kind.Null,
        _ => null,
    };

    // As they are: a comma stands between texts only where all of them are one.
    private static string[]? Texts(ConfigurationNode node) =>
        typeof(T) == typeof(IReadOnlyList<string>) && node.Kind == ConfigurationNodeKind.List && node.Items.TrueForAll(i => i.Kind == ConfigurationNodeKind.Scalar)
            ? [.. node.Items.Select(i => i.Text.Trim()).Where(text => text.Length > 0)] : null;

    private void Take(TOwner owner, T value, ConfigurationNode node, string path, List<ConfigurationError> errors)
    {
        if (Check?.Invoke(value) is { } wrong)
            errors.Add(new(node.Source, path, wrong.Problem, wrong.Remedy));
        else
            set(owner, value);
    }
}
