using System.Reflection;

namespace Sluice;

/// <summary>The version of the program.</summary>
internal static class ProgramVersion
{
    /// <summary>As built, such as "0.1.0".</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
