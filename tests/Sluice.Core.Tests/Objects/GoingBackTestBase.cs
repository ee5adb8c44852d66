using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>A cache on a directory of its own, whose clock stands still: nothing is committed to the index before it is told to.</summary>
public abstract class GoingBackTestBase : IDisposable
{
    protected const int Chunk = 4096, Length = 5000;

    /// <summary>Of a body that nobody may ask for again: what is not found in the cache is a failure.</summary>
    private static readonly FillSource Nobody = new(new NoOrigin(), new OriginRequest { Path = "/" });

    protected string Root { get; } = Directory.CreateTempSubdirectory("sluice-back-").FullName;

    protected ManualTimeProvider Time { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected DiskTierOptions Disk(long maximum = 1 << 30) => new() { Directory = Path.Combine(Root, "cache"), MaximumBytes = maximum, MinimumFreeBytes = 0, ChunkSize = Chunk };

    /// <summary>Opens, and waits until objects may go back.</summary>
    protected async Task<ObjectCache> OpenAsync(long memory = 0, DiskTierOptions? disk = null, int inUse = 1 << 20)
    {
        var cache = ObjectCache.Open(new() { MemoryBytes = memory, Disk = disk ?? Disk(), ObjectsInUse = inUse }, Time, NullLoggerFactory.Instance);
        await cache.FindAsync(PurgeKind.Url, "/none", Cancellation);
        await cache.Disk!.Sweep;
        Assert.True(cache.Disk.LetsGo);
        return cache;
    }

    protected ObjectMetadata MetadataOf(string target, int version, string? language = null) => new()
    {
        Status = 200,
        Headers = new HeaderList { { "Content-Type", "video/mp4" } },
        Version = new ObjectVersion(TagOf(version), null, Length),
        Freshness = new ObjectFreshness { ReceivedAt = Time.GetUtcNow(), Lifetime = TimeSpan.FromHours(1) },
        Tags = ["all", "tag of " + target],
        Source = target,
        Vary = language is null ? [] : [new("Accept-Language", language)],
    };

    protected static string TagOf(int version) => $"\"v{version}\"";

    protected static byte[] Body(string target, int version, string? language = null) =>
        new BytePattern((ulong)HashCode.Combine(target, version, language)).Bytes(0, Length);

    /// <summary>Stores a whole object; it is in the index file when this ends.</summary>
    protected async Task<CachedObject> StoreAsync(ObjectCache cache, string target, int version = 1, string? language = null, string scope = "s", bool flush = true)
    {
        var stored = Begin(cache, target, version, language, scope);
        cache.Publish(stored, cache.Fence);
        await FinishAsync(cache, stored, flush);
        return stored;
    }

    protected CachedObject Begin(ObjectCache cache, string target, int version, string? language = null, string scope = "s")
    {
        var body = Body(target, version, language);
        var stored = cache.Prepare(cache.Scope(scope), target, MetadataOf(target, version, language));
        stored.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = stored.Metadata.Version, Body = new MemoryStream(body), BodyLength = Length }, 0, Length, Nobody, background: true);
        return stored;
    }

    protected static async Task FinishAsync(ObjectCache cache, CachedObject stored, bool flush = true)
    {
        while (stored.IsFilling) await Task.Yield();
        if (flush) await cache.Disk!.FlushAsync();
    }

    /// <summary>The whole body, without anybody to ask for what is missing.</summary>
    protected static async Task<byte[]> ReadAsync(CachedObject stored)
    {
        using var reader = stored.Open(0, Length, (FillSource?)null);
        var read = new byte[Length];
        for (var at = 0; ;)
        {
            using var piece = await reader.ReadAsync(Cancellation);
            if (piece.Length == 0) return at == Length ? read : read[..at];
            piece.Span.CopyTo(read.AsSpan(at));
            at += piece.Length;
        }
    }

    protected static CachedObject? Find(ObjectCache cache, string target, string? language = null, string scope = "s") =>
        cache.Scope(scope).FindStored(target).SingleOrDefault(held => held.Metadata.Vary.Select(field => field.Value).SingleOrDefault() == language);
}
