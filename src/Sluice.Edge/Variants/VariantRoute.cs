using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Variants;
using Sluice.Edge.Freshness;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Variants;

/// <summary>The variants of a route's objects: a route of its own behind the one they are asked for on, with a transform as its origin.</summary>
internal sealed partial class VariantRoute
{
    /// <summary>Targets whose key is remembered: those of hits, mostly. When there are more, all are forgotten and learned anew.</summary>
    private const int MostTargets = 10_000;

    /// <summary>Longer ones are looked at each time: strangers must not fill the memory with them.</summary>
    private const int LongestTarget = 1024;

    /// <summary>A lifetime does not begin anew more often than this: each time an index is written, and the head of the answer rendered.</summary>
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(1);

    private readonly ActiveRoute originals;
    private readonly ObjectCache cache;
    private readonly ConcurrentDictionary<string, string> keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> keysByText;
    private readonly ILogger logger;
    private bool hasToldOfFailure;

    public VariantRoute(ActiveRoute originals, ITransform transform, ObjectCache cache, TimeProvider time, ILoggerFactory loggers)
    {
        (this.originals, this.cache, Transform) = (originals, cache, transform);
        logger = loggers.CreateLogger("Sluice.Edge");
        keysByText = keys.GetAlternateLookup<ReadOnlySpan<char>>();
        var route = originals.Route;
        // Extensions are the source's, and say nothing of the variant.
        Route = new ActiveRoute(route with { Origins = [transform.Origin], Circuit = null, Transform = null, Policy = (route.VariantPolicy ?? route.Policy) with { ByExtension = FrozenDictionary<string, ExtensionPolicy>.Empty } }, cache, time, loggers);
    }

    public ITransform Transform { get; }

    public ActiveRoute Route { get; }

    /// <summary>What is stored for a target whose key is known from an earlier request.</summary>
    public CacheSlot? Find(ReadOnlySpan<char> target) => keysByText.TryGetValue(target, out var key) ? Route.Scope.Find(key) : null;

    /// <summary>Remembers the key of a target that means the same for everybody.</summary>
    public void Learn(string target, string key)
    {
        if (target.Length > LongestTarget) return;
        if (keys.Count >= MostTargets) keys.Clear();
        keys.TryAdd(target, key);
    }

    /// <summary>False when the source is known in another version than the one it was made from, or may be stored in another without being in use. Takes no lock.</summary>
    public bool IsCurrent(CachedObject variant) => originals.Scope.Find(variant.Metadata.Source) is { Objects.Length: > 0 } source
        ? IsOf(source.Objects, variant)
        : RenderedHead.Of(variant, Route).NoSourceSince == cache.GoneBack(variant.Metadata.Source);

    private bool IsOf(CachedObject[] source, CachedObject variant)
    {
        if (source is not [{ Metadata: { Status: 200, Version: var version } }, ..]) return true;
        var head = RenderedHead.Of(variant, Route);
        if (ReferenceEquals(head.CheckedSource, version)) return true;
        // The tag of a variant begins with its source's version.
        if (head.ETag is not { } tag || !tag.AsSpan(1).StartsWith(SourceObject.VersionOf(version), StringComparison.Ordinal)) return false;
        head.CheckedSource = version;
        return true;
    }

    /// <summary>A use of a fresh variant: its lifetime may begin anew, behind the answer (row U051). An index on disk is written then, so not for each.</summary>
    public void Renew(CachedObject variant, DateTimeOffset now)
    {
        if (Route.Route.Policy.Renewal is not { } renewal || variant.Metadata.Status != 200) return;
        // One that is still being made may learn its length between the look and the writing below, which would take it away again.
        if (variant.Metadata.Length is null) return;
        var made = variant.Metadata.Freshness;
        if (made.AgeAt(now) < LeastAge || made.AgeAt(now) < made.Lifetime * (renewal.ElapsedPercent / 100d) || made.RemainingAt(now) < renewal.Remaining || made.Lifetime <= TimeSpan.Zero) return;
        var fence = cache.Fence;
        ThreadPool.UnsafeQueueUserWorkItem(
            state =>
            {
                try
                {
                    var metadata = variant.Metadata;
                    // Another use was faster, or it was purged.
                    if (ReferenceEquals(metadata.Freshness, made)) cache.Refresh(variant, metadata with { Freshness = made with { ReceivedAt = now, InitialAge = TimeSpan.Zero } }, fence);
                }
                catch (Exception failure)
                {
                    // Nobody waits for this, so that what it throws would end the process; the variant only lives as long as it would have. Said once: it may come with every use.
                    if (!Interlocked.Exchange(ref hasToldOfFailure, true)) LogNotRenewed(variant.Target, failure);
                }
            },
            (object?)null, preferLocal: false);
    }

    /// <summary>Whether what another node made is of the source's version as it is known here, and made as it would be here.</summary>
    public Func<ObjectMetadata, bool> Accepts(TransformPlan plan)
    {
        // One that is only on disk is known from here on: what this answers may be asked where nothing may wait.
        var found = originals.Scope.FindStored(plan.Source);
        return made => made.Version.ETag is { } tag && tag.Contains(plan.Recipe, StringComparison.Ordinal)
            && ((originals.Scope.Find(plan.Source)?.Objects ?? found) is not [{ Metadata: { Status: 200, Version: var version } }, ..]
                || tag.AsSpan(1).StartsWith(SourceObject.VersionOf(version), StringComparison.Ordinal));
    }

    /// <summary>How a stored variant may be used: one that is not of its source's latest version, or was made otherwise than it would be now, is not used unasked.</summary>
    public Reuse Judge(CachedObject variant, string recipe, Reuse reuse)
    {
        // The source may be on disk only; from here on it is known to those who ask in a hurry too.
        var before = cache.GoneBack(variant.Metadata.Source);
        var isCurrent = true;
        if (originals.Scope.FindStored(variant.Metadata.Source) is { Length: > 0 } source) isCurrent = IsOf(source, variant);
        else RenderedHead.Of(variant, Route).NoSourceSince = before;
        return variant.Metadata.Status == 200 && (!isCurrent || variant.Metadata.Version.ETag?.Contains(recipe, StringComparison.Ordinal) != true) ? Reuse.Revalidate : reuse;
    }

    [LoggerMessage(1004, LogLevel.Error, "{Variant}: its lifetime could not begin anew; this is a defect, please report it with this line")]
    private partial void LogNotRenewed(string variant, Exception failure);
}
