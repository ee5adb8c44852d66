using Sluice.Core.KeyValue;

namespace Sluice.Monitoring;

/// <summary>What monitoring shows that is no metric; the program fills it in. All are asked now and then, by any thread.</summary>
public sealed class MonitorSources
{
    /// <summary>Objects asked for most, first first.</summary>
    public Func<IReadOnlyList<HotItem>> Hottest { get; set; } = () => [];

    /// <summary>The last purges, newest first.</summary>
    public Func<IReadOnlyList<PurgeItem>> Purges { get; set; } = () => [];

    /// <summary>Facts about credentials: whose they are and whether they can be had, never what they are.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<Fact>>> Credentials { get; set; } = _ => Task.FromResult<IReadOnlyList<Fact>>([]);

    /// <summary>True when the server hands out presigned URLs.</summary>
    public Func<bool> HasUrls { get; set; } = () => false;

    /// <summary>Names of the origins that may be asked; null where nobody says. One that is no more, as after its route was changed, is not down.</summary>
    public Func<IReadOnlySet<string>?> Origins { get; set; } = () => null;

    /// <summary>Where servers lay out for each other what they measured: small values that all of them see. Null where this one is alone, or does not know yet.</summary>
    public Func<IKeyValueStore?> Board { get; set; } = () => null;
}
