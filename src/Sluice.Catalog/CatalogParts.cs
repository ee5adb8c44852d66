using Microsoft.Extensions.Logging;
using Sluice.Core.KeyValue;
using Sluice.Core.Storage;

namespace Sluice.Catalog;

/// <summary>What a catalog is put together from.</summary>
public sealed record CatalogParts
{
    /// <summary>Settings.</summary>
    public required CatalogOptions Options { get; init; }

    /// <summary>Where uploads and renditions are.</summary>
    public required IObjectStore Objects { get; init; }

    /// <summary>Where the metadata cache is.</summary>
    public required KeyValueStores Values { get; init; }

    /// <summary>What those are, as metrics tell it: memory (the default) or redis.</summary>
    public string CacheType { get; init; } = "memory";

    /// <summary>The edge of this process; null where it has none.</summary>
    public ICatalogObserver? Observer { get; init; }

    /// <summary>For private videos: the query that lets a viewer fetch a manifest and all below it, given the manifest's path. Null: videos are public.</summary>
    public Func<string, string>? SignPlayback { get; init; }

    /// <summary>File that remembers which changes the edge's disk cache has seen; null where it has none.</summary>
    public string? CursorFile { get; init; }

    /// <summary>Logs.</summary>
    public required ILoggerFactory Logging { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }
}
