using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Edge.Requests;

namespace Sluice.Benchmarks;

/// <summary>What a request pays before its first byte: the key, the look-up, the first piece; and what a miss pays to put an object in. The baseline is a bare dictionary.</summary>
[MemoryDiagnoser]
public class LookupBenchmark
{
    private const int Objects = 100_000;
    private readonly Dictionary<string, object> bare = new(StringComparer.Ordinal);
    private ObjectCache cache = null!;
    private CacheScope scope = null!;
    private ObjectMetadata metadata = null!;
    private string[] targets = null!;
    private int next;

    [GlobalSetup]
    public void Fill()
    {
        cache = ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 1L << 30 }, TimeProvider.System, NullLoggerFactory.Instance);
        scope = cache.Scope("bench");
        metadata = new ObjectMetadata
        {
            Status = 200,
            Headers = new HeaderList { { "Content-Type", "video/mp4" }, { "ETag", "\"a\"" }, { "Cache-Control", "public, max-age=86400" } },
            Version = new ObjectVersion("\"a\"", null, 0),
            Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = TimeSpan.FromDays(1) },
        };
        targets = [.. Enumerable.Range(0, Objects).Select(i => $"/videos/{i % 997}/segment_{i:D6}.ts")];
        foreach (var target in targets)
        {
            bare[target] = target;
            cache.Store(scope, target, metadata, cache.Fence);
        }
    }

    [GlobalCleanup]
    public void Close() => cache.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(Baseline = true)]
    public object BareDictionary() => bare[Next()];

    [Benchmark]
    public CachedObject Lookup() => scope.Find(Next())!.Objects[0];

    [Benchmark]
    public bool NormaliseTarget() => EdgeTarget.TryNormalise(Next(), out _, out _);

    [Benchmark]
    public string KeyText() => scope.KeyOf(Next());

    [Benchmark]
    public CachedObject Insert() => cache.Store(scope, Next(), metadata, cache.Fence);

    private string Next() => targets[next = (next + 7919) % Objects];
}
