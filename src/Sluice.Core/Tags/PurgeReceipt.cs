using System.Text.Json.Serialization;

namespace Sluice.Core.Tags;

/// <summary>What a purge did, or with a dry run would do. Once it is handed out, no tier can still serve what it counts.</summary>
public sealed record PurgeReceipt
{
    /// <summary>Objects selected.</summary>
    public int Objects { get; init; }

    /// <summary>Bytes of them in memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bytes of them on disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Bytes of them in the tier that nodes share.</summary>
    public long SharedBytes { get; init; }

    /// <summary>Small values (presigned URLs, catalog rows) that carried the tag.</summary>
    public int Values { get; init; }

    /// <summary>Nodes that have purged, this one included.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Nodes that did not answer in time. They purge before they serve in company again, but until then nothing is known of them.</summary>
    public int SilentNodes { get; init; }

    /// <summary>Fetches that were under way and whose result will not be stored.</summary>
    public int Flights { get; init; }

    /// <summary>As asked.</summary>
    public bool Soft { get; init; }

    /// <summary>As asked.</summary>
    public bool DryRun { get; init; }

    /// <summary>Up to 20 of the paths selected, so that a person can see what was meant.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Up to 64 of the objects purged here that were held whole and asked for at least twice of late: what is worth having again at once. None of a dry run or a soft purge.</summary>
    [JsonIgnore]
    public IReadOnlyList<PurgedObject> Hot { get; init; } = [];

    /// <summary>Both together.</summary>
    public PurgeReceipt Plus(PurgeReceipt other) => this with
    {
        Objects = Objects + other.Objects,
        MemoryBytes = MemoryBytes + other.MemoryBytes,
        DiskBytes = DiskBytes + other.DiskBytes,
        SharedBytes = SharedBytes + other.SharedBytes,
        Values = Values + other.Values,
        Flights = Flights + other.Flights,
        Nodes = Nodes + other.Nodes,
        SilentNodes = SilentNodes + other.SilentNodes,
        Examples = [.. Examples.Union(other.Examples).Take(MaximumExamples)],
    };

    /// <summary>How many paths <see cref="Examples"/> holds at most.</summary>
    internal const int MaximumExamples = 20;

    /// <summary>How many objects <see cref="Hot"/> holds at most.</summary>
    internal const int MaximumHot = 64;
}
