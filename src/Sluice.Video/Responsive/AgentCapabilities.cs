using System.Text.RegularExpressions;

namespace Sluice.Video.Responsive;

/// <summary>Which agents play WebM, by their User-Agent (row U039). Patterns run without backtracking, so that no field can make them slow.</summary>
public sealed class AgentCapabilities
{
    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;
    private readonly Lazy<Regex[]> webm;
    private readonly Lazy<Regex[]> excluded;

    /// <summary>Makes it from patterns.</summary>
    /// <param name="webm">Agents that play WebM, as regular expressions without look-around and back-references.</param>
    /// <param name="excluded">Those of them that do not.</param>
    /// <exception cref="ArgumentException">A pattern is malformed.</exception>
    /// <exception cref="NotSupportedException">A pattern needs backtracking.</exception>
    public AgentCapabilities(IEnumerable<string> webm, IEnumerable<string> excluded)
    {
        this.webm = Make(webm);
        this.excluded = Make(excluded);
    }

    /// <summary>Chrome, Firefox, Edge and Opera.</summary>
    public static IReadOnlyList<string> DefaultAgents { get; } = [@"\b(Chrome|Chromium|Firefox|Edg|OPR)/\d"];

    /// <summary>Those on Apple's phones and tablets, where they are Safari inside, and the Edge of old.</summary>
    public static IReadOnlyList<string> DefaultExceptions { get; } = ["iPhone|iPad|iPod", @"\bEdge/"];

    /// <summary><see cref="DefaultAgents"/> but for <see cref="DefaultExceptions"/>.</summary>
    public static AgentCapabilities Default { get; } = new(DefaultAgents, DefaultExceptions);

    /// <summary>True when a text can be one of the patterns.</summary>
    public static bool IsPattern(string text)
    {
        if (IsDefault(text)) return true;
        try
        {
            _ = new Regex(text, Safe);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>True when the agent plays WebM.</summary>
    public bool PlaysWebm(string agent) => Array.Exists(webm.Value, p => p.IsMatch(agent)) && !Array.Exists(excluded.Value, p => p.IsMatch(agent));

    /// <summary>Those known to be right are made when somebody asks for a video, and not at every start: they take four megabytes.</summary>
    private static Lazy<Regex[]> Make(IEnumerable<string> patterns)
    {
        string[] texts = [.. patterns];
        var made = new Lazy<Regex[]>(() => [.. texts.Select(p => new Regex(p, Safe))]);
        if (!Array.TrueForAll(texts, IsDefault)) _ = made.Value;
        return made;
    }

    private static bool IsDefault(string pattern) => DefaultAgents.Contains(pattern) || DefaultExceptions.Contains(pattern);
}
