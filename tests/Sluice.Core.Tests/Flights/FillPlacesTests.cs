using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Disk;
using Sluice.Core.Flights;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Core.Tests.Flights;

/// <summary>Misses at once, however many, have a bounded number of bytes in hand.</summary>
public sealed class FillPlacesTests
{
    private const int Places = 512, Length = 20_000;
    private static readonly byte[] Zeros = new byte[Length];

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // As many bodies as there are places have begun and bring nothing more; what comes after them must not wait for them.
    [Fact]
    public async Task Fills_BehindBodiesThatTrickle_EndAllTheSame()
    {
        await using var cache = ObjectCache.Open(new() { MemoryBytes = 64 << 20 }, new ManualTimeProvider(), NullLoggerFactory.Instance);
        var crowd = new Crowd();
        var slow = Enumerable.Range(0, Places).Select(number => Begin(cache, new Member(crowd), number)).ToList();
        await crowd.IsFull.WaitAsync(Soon, TimeProvider.System, Cancellation);

        foreach (var number in Enumerable.Range(Places, 100)) await Begin(cache, new MemoryStream(Zeros), number).CompleteAsync(Cancellation).WaitAsync(Soon, TimeProvider.System, Cancellation);

        crowd.LetGo();
        foreach (var fill in slow) await fill.CompleteAsync(Cancellation).WaitAsync(Soon, TimeProvider.System, Cancellation);
    }

    [Fact]
    public async Task Share_WithoutAPlace_ReadsLittleUntilTooMuchIsInHand()
    {
        var places = new FillPlaces(1, 2 * FillPlaces.PieceBytes, new ManualTimeProvider());
        var (first, second, third) = (new FillShare(places), new FillShare(places), new FillShare(places));
        Assert.Equal(100_000, await first.MayReadAsync(100_000, Cancellation));
        first.Note(100_000);
        Assert.Equal(FillPlaces.PieceBytes, await second.MayReadAsync(100_000, Cancellation));
        second.Note(FillPlaces.PieceBytes);
        Assert.Equal(1, await second.MayReadAsync(1, Cancellation));
        Assert.Equal(FillPlaces.PieceBytes, await second.MayReadAsync(100_000, Cancellation));
        second.Note(FillPlaces.PieceBytes);

        var waiting = second.MayReadAsync(100_000, Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third.MayReadAsync(1, new CancellationToken(true)).AsTask());

        first.Return();
        Assert.Equal(100_000, await waiting.WaitAsync(Soon, TimeProvider.System, Cancellation));
        second.Return();
        Assert.Equal(100_000, await third.MayReadAsync(100_000, Cancellation));
        Assert.Equal(FillPlaces.PieceBytes, await first.MayReadAsync(100_000, Cancellation));
    }

    [Fact]
    public async Task Take_AfterItsPatience_GoesOnWithoutAPlaceAndOwesOne()
    {
        var time = new ManualTimeProvider();
        var places = new FillPlaces(1, 0, time);
        Assert.True(await places.TakeAsync(Cancellation));
        var second = places.TakeAsync(Cancellation).AsTask();
        Assert.False(second.IsCompleted);

        time.Advance(FillPlaces.Patience);
        Assert.True(await second.WaitAsync(Soon, TimeProvider.System, Cancellation));

        places.Return();
        var third = places.TakeAsync(Cancellation).AsTask();
        Assert.False(third.IsCompleted);
        places.Return();
        Assert.True(await third.WaitAsync(Soon, TimeProvider.System, Cancellation));
    }

    [Fact]
    public async Task Take_Cancelled_TakesNone()
    {
        var places = new FillPlaces(1, 0, new ManualTimeProvider());
        Assert.True(await places.TakeAsync(Cancellation));
        using var leaving = new CancellationTokenSource();
        var second = places.TakeAsync(leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        places.Return();
        Assert.True(await places.TakeAsync(Cancellation).AsTask().WaitAsync(Soon, TimeProvider.System, Cancellation));
    }

    // Memory needs the room of its head while the first chunk is still on its way.
    [Fact]
    public async Task Fill_WhoseHeadMemoryEvicts_IsKeptAllTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-places-");
        try
        {
            await using var cache = ObjectCache.Open(new() { MemoryBytes = 2 * Length, Disk = new DiskTierOptions { Directory = folder.FullName } }, new ManualTimeProvider(), NullLoggerFactory.Instance);
            var crowd = new Crowd();
            var late = Begin(cache, new Member(crowd), 0);
            cache.Publish(late, cache.Fence);
            foreach (var number in Enumerable.Range(1, 8))
            {
                var other = Begin(cache, new MemoryStream(Zeros), number);
                cache.Publish(other, cache.Fence);
                Assert.True(await Eventually.HoldsAsync(() => !other.IsFilling, Soon));
            }

            Assert.True(cache.GetStatistics().MemoryEvictions > 0);
            crowd.LetGo();
            Assert.True(await Eventually.HoldsAsync(() => !late.IsFilling, Soon));

            Assert.Same(late, Assert.Single(cache.Scope("s").Find("/0")!.Objects));
            Assert.True(late.Holds(0, Length));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static CachedObject Begin(ObjectCache cache, Stream body, int number)
    {
        var metadata = new ObjectMetadata
        {
            Status = 200, Headers = new HeaderList([]), Version = new ObjectVersion("\"v\"", null, Length),
            Freshness = new ObjectFreshness { ReceivedAt = DateTimeOffset.UnixEpoch, Lifetime = TimeSpan.FromMinutes(5) },
        };
        var stored = cache.Prepare(cache.Scope("s"), $"/{number}", metadata);
        var response = new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = metadata.Version, Body = body, BodyLength = Length };
        stored.Take(response, 0, Length, new FillSource(new NoOrigin(), new OriginRequest { Path = $"/{number}" }), background: true);
        return stored;
    }

    /// <summary>Bodies that have begun and bring nothing until they are let go.</summary>
    private sealed class Crowd
    {
        private readonly TaskCompletionSource full = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int count;

        public Task IsFull => full.Task;

        public void LetGo() => go.SetResult();

        public Task EnterAsync()
        {
            if (Interlocked.Increment(ref count) == Places) full.SetResult();
            return go.Task;
        }
    }

    private sealed class Member(Crowd crowd) : MemoryStream(Zeros)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0) await crowd.EnterAsync();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
