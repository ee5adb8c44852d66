namespace Sluice.Configuration;

/// <summary>What the configuration is put together from; later wins: file, environment, flags.</summary>
internal sealed record ConfigurationSources
{
    /// <summary>The file named by --config or SLUICE_CONFIG; null to use ./sluice.json where there is one.</summary>
    public string? File { get; init; }

    /// <summary>The environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Values of flags by flag name, dashes included.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>();

    /// <summary>The ORIGIN argument; null when there is none.</summary>
    public string? Origin { get; init; }
}
