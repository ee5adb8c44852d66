namespace Sluice.Integration.Tests.Nodes;

/// <summary>A service of a compose file.</summary>
internal sealed class ComposeService(Dictionary<object, object> fields)
{
    public IReadOnlyList<string> Command => fields.TryGetValue("command", out var command) ? [.. ((List<object>)command).Cast<string>()] : [];

    public IReadOnlyDictionary<string, string> Environment =>
        fields.TryGetValue("environment", out var environment) ? ((Dictionary<object, object>)environment).ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value) : new Dictionary<string, string>();

    public IReadOnlyList<string> HealthTest => fields.TryGetValue("healthcheck", out var check) ? [.. ((List<object>)((Dictionary<object, object>)check)["test"]).Cast<string>()] : [];

    /// <summary>What it runs in place of its image's program.</summary>
    public IReadOnlyList<string> EntryPoint => fields.TryGetValue("entrypoint", out var entry) ? [.. ((List<object>)entry).Cast<string>()] : [];

    public IReadOnlyList<string> Ports => fields.TryGetValue("ports", out var ports) ? [.. ((List<object>)ports).Cast<string>()] : [];

    /// <summary>Services that must be healthy first.</summary>
    public IReadOnlyDictionary<string, string> Needs => fields.TryGetValue("depends_on", out var needs)
        ? ((Dictionary<object, object>)needs).ToDictionary(pair => (string)pair.Key, pair => (string)((Dictionary<object, object>)pair.Value)["condition"]) : new Dictionary<string, string>();
}
