namespace Sluice.Configuration;

/// <summary>One thing wrong in the configuration. Its text is one line and holds no secret.</summary>
/// <param name="Source">Where it was written: "sluice.json:7", an environment variable, a flag; empty when nothing was written.</param>
/// <param name="Path">The setting, such as "cache.memory"; empty when the whole source is wrong.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to write instead.</param>
internal sealed record ConfigurationError(string Source, string Path, string Problem, string Remedy)
{
    public override string ToString()
    {
        // The name of a variable, a flag or the argument already says which setting it is.
        var named = Source.StartsWith("--", StringComparison.Ordinal) || Source.StartsWith("SLUICE_", StringComparison.OrdinalIgnoreCase) || Source == "ORIGIN";
        var place = Source.Length == 0 ? Path : Path.Length == 0 || named ? Source : $"{Source}: {Path}";
        return UserInfo.Mask($"{place}: {Problem}; {Remedy}");
    }
}
