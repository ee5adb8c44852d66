namespace Sluice.Hosting;

/// <summary>What reading the configuration again came to.</summary>
internal sealed record Reload
{
    /// <summary>New routes.</summary>
    public IReadOnlyList<string> Added { get; init; } = [];

    /// <summary>Routes that say something else, or stand in another order, than before.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];

    /// <summary>Routes that are no more.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>Settings outside of routes that differ from what the server was started with: they wait for a restart.</summary>
    public IReadOnlyList<string> NeedRestart { get; init; } = [];

    /// <summary>What is wrong; then nothing changed.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>One of these lists for a person.</summary>
    public static string Text(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
