using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Objects;

/// <summary>What an earlier run left on disk and nobody has asked for since: found, purged and bounded like everything else.</summary>
public sealed class UnusedObjectTests : IDisposable
{
    private const int Chunk = 4096, Length = 5000;
    private const string Scope = "http://origin";
    private readonly string root = Directory.CreateTempSubdirectory("sluice-unused-").FullName;
    private readonly ManualTimeProvider time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DiskTierOptions Disk => new() { Directory = Path.Combine(root, "cache"), MinimumFreeBytes = 0, ChunkSize = Chunk };

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task FindStored_AfterARestart_GivesEveryByte()
    {
        await StoreAsync("/a/1", "/a/2");
        await using var cache = await OpenAsync();
        var scope = cache.Scope(Scope);
        Assert.Null(scope.Find("/a/1"));
        Assert.Equal(2, cache.GetStatistics().Objects);

        Assert.Equal(Body("/a/1"), await ReadAsync(Assert.Single(scope.FindStored("/a/1"))));

        Assert.NotNull(scope.Find("/a/1"));
        Assert.Null(scope.Find("/a/2"));
        Assert.Empty(scope.FindStored("/a/3"));
        Assert.Equal(2, cache.GetStatistics().Objects);
    }

    [Fact]
    public async Task FindStored_ManyAtOnce_GivesOneObjectToAll()
    {
        string[] targets = [.. Enumerable.Range(0, 200).Select(i => "/a/" + i)];
        await StoreAsync(targets);
        await using var cache = await OpenAsync();
        var scope = cache.Scope(Scope);
        foreach (var target in targets)
        {
            using var start = new Barrier(4);
            var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait(Cancellation);
                return scope.FindStored(target).SingleOrDefault();
            })));
            Assert.NotNull(found[0]);
            Assert.All(found, each => Assert.Same(found[0], each));
        }
    }

    [Theory]
    [InlineData(PurgeKind.Url, "/a/1", new[] { "/a/1" })]
    [InlineData(PurgeKind.Prefix, "/a/", new[] { "/a/1", "/a/2", "variant" })]
    [InlineData(PurgeKind.Tag, "tag of /a/2", new[] { "/a/2" })]
    [InlineData(PurgeKind.Tag, "all", new[] { "/a/1", "/a/2", "/b/1", "variant" })]
    [InlineData(PurgeKind.Tag, "al", new string[0])]
    [InlineData(PurgeKind.Source, "/a/1", new[] { "/a/1", "variant" })]
    public async Task Purge_Unused_SelectsWhatItWouldOfThoseInUse(PurgeKind kind, string value, string[] expected)
    {
        string[] targets = ["/a/1", "/a/2", "/b/1", "variant"];
        await StoreAsync(targets);
        foreach (var used in new[] { false, true })
        {
            await using var cache = await OpenAsync();
            var scope = cache.Scope(Scope);
            if (used) Array.ForEach(targets, target => scope.FindStored(target));

            var receipt = await cache.PurgeAsync(new PurgeRequest(kind, value, DryRun: true), Cancellation);
            var found = await cache.FindAsync(kind, value, Cancellation);

            Assert.Equal(expected, receipt.Examples.Order(StringComparer.Ordinal));
            Assert.Equal((expected.Length, (long)expected.Length * Length), (receipt.Objects, receipt.DiskBytes));
            Assert.Equal(expected, found.Select(each => each.Target).Order(StringComparer.Ordinal));
            Assert.Equal(4, cache.GetStatistics().Objects);
            // To be looked at is not to be used.
            if (kind != PurgeKind.Url) Assert.Equal(used ? 4 : 0, targets.Count(target => scope.Find(target) is not null));
        }

        await using (var cache = await OpenAsync())
        {
            var receipt = await cache.PurgeAsync(new PurgeRequest(kind, value), Cancellation);
            Assert.Equal((expected.Length, (long)expected.Length * Length), (receipt.Objects, receipt.DiskBytes));
            AssertLeft(cache);
        }

        await using var after = await OpenAsync();
        AssertLeft(after);

        void AssertLeft(ObjectCache cache)
        {
            Assert.Equal(targets.Except(expected), targets.Where(target => cache.Scope(Scope).FindStored(target).Length > 0));
            Assert.Equal((targets.Length - expected.Length) * Length, cache.GetStatistics().Disk!.Value.Bytes);
        }
    }

    [Fact]
    public async Task Purge_UnusedSoft_IsStaleAfterAnotherRestartToo()
    {
        await StoreAsync("/a/1", "/a/2");
        await using (var cache = await OpenAsync())
        {
            var receipt = await cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, "tag of /a/1", Soft: true), Cancellation);
            Assert.Equal(1, receipt.Objects);
            Assert.Equal(TimeSpan.Zero, LifetimeOf(cache, "/a/1"));
        }

        await using var after = await OpenAsync();
        Assert.Equal(TimeSpan.Zero, LifetimeOf(after, "/a/1"));
        Assert.Equal(TimeSpan.FromHours(1), LifetimeOf(after, "/a/2"));

        static TimeSpan LifetimeOf(ObjectCache cache, string target) => Assert.Single(cache.Scope(Scope).FindStored(target)).Metadata.Freshness.Lifetime;
    }

    [Fact]
    public async Task Purge_ByUrl_ReachesScopesThatNobodyHasNamed()
    {
        await StoreAsync("/a/1");
        await using (var cache = await OpenAsync())
            Assert.Equal(1, (await cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a/1"), Cancellation)).Objects);
        await using var after = await OpenAsync();
        Assert.Empty(after.Scope(Scope).FindStored("/a/1"));
    }

    [Fact]
    public async Task Purge_WhileOthersAskForIt_LeavesNothing()
    {
        string[] targets = [.. Enumerable.Range(0, 300).Select(i => "/a/" + i)];
        await StoreAsync(targets);
        await using var cache = await OpenAsync();
        var scope = cache.Scope(Scope);
        var asking = Task.Run(() => Array.ForEach(targets, target => scope.FindStored(target)), Cancellation);
        var receipt = await cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, "all"), Cancellation);
        await asking;
        Assert.Equal(300, receipt.Objects);
        Assert.All(targets, target => Assert.Empty(scope.FindStored(target)));
        Assert.Equal((0, 0), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Objects));
    }

    [Fact]
    public async Task Trim_Unused_GoesBeforeWhatIsUsedAndStaysInItsScopes()
    {
        string[] targets = ["/a/1", "/a/2", "/a/3", "/a/4"];
        await StoreAsync(targets);
        await StoreInAsync("other", "/a/1");
        await using var cache = await OpenAsync();
        var scope = cache.Scope(Scope);
        ObjectCache.NoteUse(scope.FindStored("/a/1")[0]);

        Assert.Equal(default, cache.Trim([Scope], 4 * Length));
        // Nine tenths of three: two stay.
        Assert.Equal((2, 2L * Length), cache.Trim([Scope], 3 * Length));

        Assert.Equal(["/a/1", "/a/4"], targets.Where(target => scope.FindStored(target).Length > 0));
        Assert.NotEmpty(cache.Scope("other").FindStored("/a/1"));
    }

    private Task StoreAsync(params string[] targets) => StoreInAsync(Scope, targets);

    private async Task StoreInAsync(string scope, params string[] targets)
    {
        await using var tier = DiskTier.Open(Disk, time, NullLogger.Instance);
        foreach (var target in targets)
        {
            var stored = tier.Create($"{scope} {target}", MetadataOf(target));
            var body = Body(target);
            for (var at = 0; at < Length; at += Chunk) Assert.True(await tier.WriteAsync(stored, at / Chunk, body.AsMemory(at, Math.Min(Chunk, Length - at)), Cancellation));
            time.Advance(TimeSpan.FromSeconds(2));
        }
    }

    private ObjectMetadata MetadataOf(string target) => new()
    {
        Status = 200,
        Headers = new HeaderList { { "Content-Type", "video/mp4" } },
        Version = new ObjectVersion("\"v1\"", null, Length),
        Freshness = new ObjectFreshness { ReceivedAt = time.GetUtcNow(), Lifetime = TimeSpan.FromHours(1) },
        Tags = ["all", "tag of " + target],
        Source = target == "variant" ? "/a/1" : target,
    };

    /// <summary>Opens, and waits until the index was read.</summary>
    private async Task<ObjectCache> OpenAsync()
    {
        var cache = ObjectCache.Open(new() { MemoryBytes = 1 << 20, Disk = Disk }, time, NullLoggerFactory.Instance);
        await cache.FindAsync(PurgeKind.Url, "/none", Cancellation);
        return cache;
    }

    private static byte[] Body(string target) => new BytePattern((ulong)target.GetHashCode(StringComparison.Ordinal)).Bytes(0, Length);

    private static async Task<byte[]> ReadAsync(CachedObject stored)
    {
        using var reader = stored.Open(0, Length, null);
        var read = new List<byte>();
        while (true)
        {
            using var piece = await reader.ReadAsync(Cancellation);
            if (piece.Length == 0) return [.. read];
            read.AddRange(piece.Memory.ToArray());
        }
    }
}
