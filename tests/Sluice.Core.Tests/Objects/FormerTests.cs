using System.Collections.Concurrent;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Core.Tests.Objects;

/// <summary>What a successor replaced comes back when the successor's body breaks off, and nothing of either is left behind.</summary>
public sealed class FormerTests : GoingBackTestBase
{
    private const string Target = "/a";
    private static readonly string?[] Languages = [null, "de", "en"];
    private readonly ConcurrentBag<CachedObject> all = [];
    private int versions;

    [Fact]
    public async Task BodyBreaksOff_AnswerForOtherRequestsCameMeanwhile_ThatStays()
    {
        await using var cache = await OpenAsync();
        var former = await StoreAsync(cache, Target);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var broken = Arrive(cache, Target, 2, "de", 100, gate.Task);
        cache.Publish(broken, cache.Fence);
        var other = await StoreAsync(cache, Target, 3, "en");

        gate.SetResult();
        await FinishAsync(cache, broken);

        Assert.Same(other, Assert.Single(cache.Scope("s").FindStored(Target)));
        Assert.True(former.IsDetached);
        Assert.False(other.IsDetached);
        Assert.Equal((1, (long)Length), (cache.GetStatistics().Disk!.Value.Objects, cache.GetStatistics().Disk!.Value.Bytes));
    }

    [Fact]
    public async Task GoesBack_WhileItsSuccessorArrives_Not()
    {
        await using var cache = await OpenAsync();
        var former = await StoreAsync(cache, Target);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arriving = Arrive(cache, Target, 2, null, Length, gate.Task);
        cache.Publish(arriving, cache.Fence);

        // As a pass that had chosen it before would.
        Assert.False(former.TryGoBack());
        gate.SetResult();
        await FinishAsync(cache, arriving);
        ObjectCache.Remove(arriving);
        await cache.Disk!.FlushAsync();

        Assert.Empty(cache.Scope("s").FindStored(Target));
    }

    /// <summary>Answers that arrive, break off and are given up, purges, evictions and restarts, all at once.</summary>
    [Theory]
    [InlineData(0L)]
    [InlineData(64L << 10)]
    public async Task Everything_AtOnce_LeavesNothingBehind(long memory)
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("SLUICE_MODEL_SEQUENCES") ?? "3", System.Globalization.CultureInfo.InvariantCulture);
        for (var round = 0; round < rounds; round++)
        {
            all.Clear();
            await using var cache = await OpenAsync(memory, Disk(6 * Length), inUse: 2);
            await Task.WhenAll(Enumerable.Range(round * 10, 4).Select(seed => Task.Run(() => WorkAsync(cache, new Random(seed)), Cancellation)));
            foreach (var each in all)
                while (each.IsFilling) await Task.Yield();
            while (cache.GetStatistics().Flights > 0) await Task.Yield();

            // Not by way of a list, which is as long as there were slots before a pass in the background took some.
            foreach (var (target, _) in cache.Scope("s").Slots)
                foreach (var held in cache.Scope("s").FindStored(target)) Assert.False(held.IsDetached && !held.IsBack, $"{target} {held.Metadata.Version.ETag} cannot be used and is found");
            await cache.PurgeAsync(new PurgeRequest(PurgeKind.Prefix, "/"), Cancellation);
            Assert.All(all, each => Assert.True(each.IsDetached));
            (int Objects, int OnDisk, long DiskBytes, long MemoryBytes) left = default;
            // A pass in the background that is just letting go of one takes its head out of memory last.
            await Eventually.HoldsAsync(() => (left = Counts(cache)) == default, TimeSpan.FromSeconds(30));
            Assert.Equal(default, left);
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(Root, "cache", "objects"), "*", SearchOption.AllDirectories));
        }
    }

    private static (int Objects, int OnDisk, long DiskBytes, long MemoryBytes) Counts(ObjectCache cache)
    {
        var now = cache.GetStatistics();
        return (now.Objects, now.Disk!.Value.Objects, now.Disk!.Value.Bytes, now.MemoryBytes);
    }

    private async Task WorkAsync(ObjectCache cache, Random random)
    {
        for (var step = 0; step < 300; step++)
        {
            var target = "/" + random.Next(3);
            switch (random.Next(10))
            {
                case < 4:
                    await ArriveAsync(cache, target, random);
                    break;
                case < 8:
                    await CheckAsync(cache, target, random);
                    break;
                case 8:
                    await cache.Disk!.FlushAsync();
                    cache.GoBack(random.Next(3));
                    break;
                default:
                    await cache.PurgeAsync(new PurgeRequest((PurgeKind)random.Next(4), target, Soft: random.Next(2) == 0), Cancellation);
                    break;
            }
        }
    }

    private async Task ArriveAsync(ObjectCache cache, string target, Random random)
    {
        var fence = cache.Fence;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (breaksAt, isLate) = (random.Next(3) == 0 ? random.Next(Length) : Length, random.Next(2) == 0);
        var arriving = Arrive(cache, target, Interlocked.Increment(ref versions), Languages[random.Next(3)], breaksAt, gate.Task, isStrong: random.Next(3) == 0, hasLength: random.Next(3) > 0);
        if (isLate) gate.SetResult();
        if (isLate && random.Next(2) == 0) await Task.Yield();
        cache.Publish(arriving, fence);
        if (random.Next(2) == 0) await CheckAsync(cache, target, random);
        gate.TrySetResult();
        if (random.Next(2) == 0) while (arriving.IsFilling) await Task.Yield();
    }

    private static async Task CheckAsync(ObjectCache cache, string target, Random random)
    {
        foreach (var found in cache.Scope("s").FindStored(target))
        {
            if (random.Next(8) == 0) ObjectCache.Remove(found);
            if (found.Metadata.Length is null || !found.TryHold()) continue;
            try
            {
                var version = int.Parse(found.Metadata.Version.ETag!.Trim('W', '/', '"', 'v'), System.Globalization.CultureInfo.InvariantCulture);
                if (!found.Holds(0, Length)) continue;
                Assert.Equal(Body(target, version, found.Metadata.Vary.Select(field => field.Value).SingleOrDefault()), await ReadAsync(found));
            }
            catch (ObjectChangedException)
            {
                // Evicted meanwhile.
            }
            finally
            {
                found.Release();
            }
        }
    }

    private CachedObject Arrive(ObjectCache cache, string target, int version, string? language, int breaksAt, Task gate, bool isStrong = false, bool hasLength = true)
    {
        var known = MetadataOf(target, version, language);
        var metadata = known with { Version = new ObjectVersion(isStrong ? TagOf(version) : "W/" + TagOf(version), null, hasLength ? Length : null) };
        var arriving = cache.Prepare(cache.Scope("s"), target, metadata);
        all.Add(arriving);
        var body = new ArrivingBody(Body(target, version, language), breaksAt, gate);
        var source = new FillSource(new NoOrigin(), new OriginRequest { Path = "/" });
        arriving.Take(new OriginResponse { Status = 200, Headers = new HeaderList([]), Version = metadata.Version, Body = body, BodyLength = metadata.Length }, 0, metadata.Length, source, background: true);
        return arriving;
    }

    /// <summary>Gives its first byte at once, the rest when the gate opens, as far as it goes.</summary>
    private sealed class ArrivingBody(byte[] bytes, int breaksAt, Task gate) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0 || breaksAt == 0) await gate.WaitAsync(cancellationToken);
            if (Position == breaksAt && breaksAt < Length) throw new OriginException(OriginFailure.Truncated, "it broke off");
            return Read(buffer.Span[..(int)Math.Min(buffer.Length, Position == 0 ? 1 : breaksAt - Position)]);
        }
    }
}
