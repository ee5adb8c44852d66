using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Flights;
using Sluice.Core.Freshness;
using Sluice.Core.Memory;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Flights;

/// <summary>Misses at once, however many, have a bounded number of chunks in hand.</summary>
public sealed class FillPlacesTests
{
    private const int Places = 512, Length = MemoryTier.DefaultBlockSize;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[] Zeros = new byte[Length];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fills_MoreThanPlaces_HaveNoMoreChunksInHandAndAllEnd()
    {
        await using var cache = ObjectCache.Open(new() { MemoryBytes = 8 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);
        var crowd = new Crowd();
        var fills = Enumerable.Range(0, Places + 100).Select(number => Begin(cache, crowd, number)).ToList();
        await crowd.IsFull.WaitAsync(Patience, TimeProvider.System, Cancellation);
        crowd.LetGo();
        Assert.True(await Eventually.HoldsAsync(() => !fills.Exists(fill => fill.IsFilling), Patience));

        Assert.Equal(Places, crowd.Most);
    }

    [Fact]
    public async Task Take_AfterItsPatience_GoesOnWithoutAPlaceAndOwesOne()
    {
        var time = new ManualTimeProvider();
        var places = new FillPlaces(1, time);
        await places.TakeAsync(Cancellation);
        var second = places.TakeAsync(Cancellation).AsTask();
        Assert.False(second.IsCompleted);

        time.Advance(FillPlaces.Patience);
        await second.WaitAsync(Patience, TimeProvider.System, Cancellation);

        places.Return();
        Assert.False(places.TakeAsync(Cancellation).IsCompleted);
        places.Return();
    }

    [Fact]
    public async Task Take_Cancelled_TakesNone()
    {
        var places = new FillPlaces(1, new ManualTimeProvider());
        await places.TakeAsync(Cancellation);
        using var leaving = new CancellationTokenSource();
        var second = places.TakeAsync(leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        places.Return();
        Assert.True(places.TakeAsync(Cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Fill_WhoseHeadMemoryEvicts_IsKeptAllTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-places-");
        try
        {
            await using var cache = ObjectCache.Open(new() { MemoryBytes = 2 * Length, Disk = new DiskTierOptions { Directory = folder.FullName } }, new ManualTimeProvider(), NullLoggerFactory.Instance);
            var slow = new Crowd();
            var late = Begin(cache, slow, 0);
            cache.Publish(late, cache.Fence);
            foreach (var number in Enumerable.Range(1, 8))
            {
                var others = new Crowd();
                others.LetGo();
                var other = Begin(cache, others, number);
                cache.Publish(other, cache.Fence);
                Assert.True(await Eventually.HoldsAsync(() => !other.IsFilling, Patience));
            }

            Assert.True(cache.GetStatistics().MemoryEvictions > 0);
            slow.LetGo();
            Assert.True(await Eventually.HoldsAsync(() => !late.IsFilling, Patience));

            Assert.Same(late, Assert.Single(cache.Scope("s").Find("/0")!.Objects));
            Assert.True(late.Holds(0, Length));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static CachedObject Begin(ObjectCache cache, Crowd crowd, int number)
    {
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion("\"v\"", null, Length),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var stored = cache.Prepare(cache.Scope("s"), $"/{number}", metadata);
        var response = new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = metadata.Version, Body = new Member(crowd), BodyLength = Length };
        stored.Take(response, 0, Length, new FillSource(new Nobody(), new OriginRequest { Path = $"/{number}" }), background: true);
        return stored;
    }

    /// <summary>Bodies that have begun and not ended.</summary>
    private sealed class Crowd
    {
        private readonly TaskCompletionSource full = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int now, most;

        public int Most => Volatile.Read(ref most);

        public Task IsFull => full.Task;

        public void LetGo() => go.SetResult();

        public Task EnterAsync()
        {
            var count = Interlocked.Increment(ref now);
            for (var seen = Most; count > seen; seen = Most) Interlocked.CompareExchange(ref most, count, seen);
            if (count >= Places) full.TrySetResult();
            return go.Task;
        }

        public void Leave() => Interlocked.Decrement(ref now);
    }

    private sealed class Member(Crowd crowd) : MemoryStream(Zeros)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0) await crowd.EnterAsync();
            var count = await base.ReadAsync(buffer, cancellationToken);
            if (Position == Length) crowd.Leave();
            return count;
        }
    }

    private sealed class Nobody : IOrigin
    {
        public string Name => "nobody";

        public string Scope => "nobody";

        public OriginTraits Traits => OriginTraits.None;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation) => throw new OriginException(OriginFailure.Invalid, "not asked");
    }
}
