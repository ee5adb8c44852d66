using Sluice.Edge.Routes;

namespace Sluice.Edge.Embedding;

/// <summary>Settings of the cache inside an ASP.NET Core app.</summary>
public sealed class SluiceCacheOptions
{
    /// <summary>Bound of the memory tier in bytes; 0 turns it off. Default 64 MiB.</summary>
    public long MemoryBytes { get; set; } = 64L << 20;

    /// <summary>The cache directory, made when missing and never shared by two processes, nor by two caches of one. Default null: nothing is kept on disk.</summary>
    public string? Directory { get; set; }

    /// <summary>Bound of the disk tier in bytes. Default 10 GiB.</summary>
    public long DiskBytes { get; set; } = 10L << 30;

    /// <summary>What applies where answers say nothing themselves. Default: no lifetime but the heuristic of RFC 9111 section 4.2.2, no field added, nothing compressed.</summary>
    public RoutePolicy Policy { get; set; } = new() { AllowOrigin = null, CompressManifests = false };
}
