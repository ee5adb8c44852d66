namespace Sluice.Configuration;

/// <summary>What a <see cref="ConfigurationNode"/> holds.</summary>
internal enum ConfigurationNodeKind
{
    /// <summary>Named values.</summary>
    Section,

    /// <summary>Values in order.</summary>
    List,

    /// <summary>A text, number or switch.</summary>
    Scalar,

    /// <summary>JSON null.</summary>
    Nothing,
}
